using System.Collections.Immutable;
using FsCheck;
using FsCheck.Fluent;
using GpuRuntime.Core.Allocation;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Core.Monitoring.Attribution;
using GpuRuntime.Core.Monitoring.Samples;
using UnitUse = GpuRuntime.Core.Monitoring.Samples.UnitUse;

namespace GpuRuntime.Core.Tests.Monitoring.Attribution;

/// <summary>What the kubelet's list of devices says of the containers of this host.</summary>
public sealed class PodNamesTests
{
    private const string Uid = "8f3c2b1a-0d9e-4c7b-a6f5-e4d3c2b1a098";

    private static readonly ImmutableArray<HeldUnit> Units = HeldUnit.Of(
    [
        new Gpu { Vendor = GpuVendor.Nvidia, Index = 0, PciAddress = PciAddress.Parse("0000:3b:00.0")!.Value, Uuid = "GPU-11111111-aaaa-bbbb-cccc-000000000000" },
        new Gpu
        {
            Vendor = GpuVendor.Nvidia,
            Index = 1,
            PciAddress = PciAddress.Parse("0000:5e:00.0")!.Value,
            Uuid = "GPU-22222222-aaaa-bbbb-cccc-000000000000",
            MigDevices = [new MigDevice(0, 1, 0) { Uuid = "MIG-0" }, new MigDevice(1, 2, 0) { Uuid = "MIG-1" }],
        },
        new Gpu { Vendor = GpuVendor.Amd, Index = 0, PciAddress = PciAddress.Parse("0000:03:00.0")!.Value },
        new Gpu
        {
            Vendor = GpuVendor.Intel,
            Index = 0,
            PciAddress = PciAddress.Parse("0000:0b:00.0")!.Value,
            DrmNodes = [new DeviceNode("/dev/dri/card1", "/dev/dri/card1", 226, 1, 432, 0, 0)],
        },
    ]);

    [TestCase("GPU-11111111-aaaa-bbbb-cccc-000000000000", "nvidia:0")]
    [TestCase("gpu-11111111-AAAA-bbbb-cccc-000000000000", "nvidia:0")]
    [TestCase("GPU-11111111-aaaa-bbbb-cccc-000000000000::3", "nvidia:0")]
    [TestCase("MIG-1", "nvidia:1:1")]
    [TestCase("MIG-1::0", "nvidia:1:1")]
    [TestCase("00000000:3B:00.0", "nvidia:0")]
    [TestCase("0000:5e:00.0-gi2-ci0", "nvidia:1:1")]
    [TestCase("0000:03:00.0", "amd:0")]
    [TestCase("nvidia:0", "nvidia:0")]
    [TestCase("card1-0", "intel:0")]
    [TestCase("card1-12", "intel:0")]
    [TestCase("nvidia.com/gpu=0", "nvidia:0")]
    [TestCase("nvidia.com/gpu=1:0", "nvidia:1:0")]
    [TestCase("k8s.device-plugin.nvidia.com/gpu=GPU-11111111-aaaa-bbbb-cccc-000000000000", "nvidia:0")]
    [TestCase("amd.com/gpu=0", "amd:0")]
    [TestCase("intel.com/gpu=0000:0b:00.0", "intel:0")]
    public void A_device_is_one_unit(string device, string unit) => Assert.That(DeviceId.UnitsOf(device, Units).Select(found => found.Id), Is.EqualTo((string[])[unit]));

    [TestCase("GPU-22222222-aaaa-bbbb-cccc-000000000000")]
    [TestCase("gpu-22222222-aaaa-bbbb-cccc-000000000000::1")]
    [TestCase("0000:5e:00.0")]
    [TestCase("nvidia:1")]
    [TestCase("nvidia.com/gpu=0000:5e:00.0")]
    [TestCase("nvidia.com/gpu=1")]
    public void A_divided_GPU_is_all_of_its_MIG_devices(string device) =>
        Assert.That(DeviceId.UnitsOf(device, Units).Select(found => found.Id), Is.EqualTo((string[])["nvidia:1:0", "nvidia:1:1"]));

    [Test]
    public void All_GPUs_of_a_vendor_are_all_of_its_units() =>
        Assert.That(DeviceId.UnitsOf("nvidia.com/gpu=all", Units).Select(found => found.Id), Is.EqualTo((string[])["nvidia:0", "nvidia:1:0", "nvidia:1:1"]));

    [TestCase("")]
    [TestCase("0")]
    [TestCase("card1")]
    [TestCase("card11-0")]
    [TestCase("card1-x")]
    [TestCase("evilnvidia.com/gpu=0")]
    [TestCase("amd.com/gpu=GPU-11111111-aaaa-bbbb-cccc-000000000000")]
    [TestCase("vendor.example/nic=0")]
    [TestCase("::1")]
    public void What_is_no_GPU_of_this_host_is_none(string device) => Assert.That(DeviceId.UnitsOf(device, Units), Is.Empty);

    [Test]
    public void A_container_of_which_only_the_pods_uid_is_known_is_the_one_that_holds_what_it_uses()
    {
        var completed = Complete([Pod("job-0", "trainer", "MIG-0"), Pod("job-1", "trainer", "MIG-1"), Pod("job-2", "net", "eth0")], Use("c1", Uid, "nvidia:1:1"));

        Assert.That(completed.Single().Container, Is.EqualTo(new ContainerIdentity("c1", "containerd") { PodUid = Uid, Pod = "job-1", PodNamespace = "team", PodContainer = "trainer" }));
    }

    [Test]
    public void Where_several_hold_it_nobody_is_named()
    {
        var use = Use("c1", Uid, "nvidia:0");

        Assert.That(Complete([Pod("job-0", "a", "nvidia:0"), Pod("job-1", "b", "nvidia:0")], use), Is.EqualTo((ContainerUse[])[use]));
        Assert.That(Complete([Pod("job-0", "a", "nvidia:0")], use with { Units = [.. use.Units, new UnitUse("amd:0", GpuVendor.Amd, "amd:0")] }).Single().Container.Pod, Is.Null);
    }

    [Test]
    public void A_container_of_no_pod_is_no_pods_though_a_pod_holds_what_it_uses()
    {
        var use = Use("c1", null, "nvidia:0");

        Assert.That(Complete([Pod("job-0", "a", "nvidia:0")], use), Is.EqualTo((ContainerUse[])[use]));
    }

    [Test]
    public void What_the_bundle_told_decides_and_is_not_overruled()
    {
        var told = Use("c1", Uid, "nvidia:0") with { };
        told = told with { Container = told.Container with { Pod = "job-1", PodNamespace = "team" } };

        Assert.That(Complete([Pod("job-0", "a", "nvidia:0"), Pod("job-1", "b", "nvidia:0")], told).Single().Container.PodContainer, Is.EqualTo("b"));
        Assert.That(Complete([Pod("job-0", "a", "nvidia:0")], told).Single().Container, Is.EqualTo(told.Container));
    }

    [Test]
    public void The_other_containers_of_a_pod_are_of_the_same_name()
    {
        var told = Use("c1", Uid, "nvidia:0");
        told = told with { Container = told.Container with { Pod = "job-1", PodNamespace = "team", PodContainer = "trainer" } };

        var completed = Complete([], told, Use("c2", Uid, "nvidia:0"), Use("c3", "another-uid", "nvidia:0"));

        Assert.That(completed.Select(use => (use.Container.Pod, use.Container.PodContainer)), Is.EqualTo(((string?, string?)[])[("job-1", "trainer"), ("job-1", null), (null, null)]));
    }

    [Test]
    public void No_device_throws() => Prop.ForAll(ArbMap.Default.ArbFor<string>(), text => DeviceId.UnitsOf(text ?? "", Units).Count() <= 1 && DeviceId.UnitsOf($"amd.com/gpu={text}", Units).Count() <= 1)
        .Check(Config.QuickThrowOnFailure.WithMaxTest(1000));

    private static PodDevices Pod(string name, string container, params ImmutableArray<string> devices) => new("team", name, container, devices);

    private static ContainerUse Use(string id, string? uid, string unit) =>
        new(new ContainerIdentity(id, "containerd") { PodUid = uid }, [new UnitUse(unit, GpuVendor.Nvidia, unit)]);

    private static ImmutableArray<ContainerUse> Complete(ImmutableArray<PodDevices> pods, params ImmutableArray<ContainerUse> containers) => new PodNames(pods, Units).Complete(containers);
}

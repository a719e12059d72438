using System.Collections.Immutable;
using GpuRuntime.Core.Configuration;
using GpuRuntime.Core.Errors;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Core.Kubernetes;
using static GpuRuntime.Core.Tests.Kubernetes.NodeGpus;

namespace GpuRuntime.Core.Tests.Kubernetes;

/// <summary>What the kubelet is told of NVIDIA's GPUs, whole and divided, by NVIDIA's three strategies.</summary>
public sealed class NvidiaResourceTests
{
    private const string First = "GPU-00000000-1111-2222-3333-444444444444";
    private const string Second = "GPU-10000000-1111-2222-3333-444444444444";
    private const string Device0 = "MIG-00000000-aaaa-bbbb-cccc-dddddddddddd";
    private const string Device1 = "MIG-10000000-aaaa-bbbb-cccc-dddddddddddd";

    private static readonly RuntimeConfiguration Single = new() { KubernetesMig = MigStrategy.Single };
    private static readonly RuntimeConfiguration Mixed = new() { KubernetesMig = MigStrategy.Mixed };

    [Test]
    public void Whole_GPUs_are_devices_of_one_resource_by_their_UUIDs([Values] MigStrategy strategy) =>
        Assert.That(new[] { Nvidia(0), Nvidia(1) }.Told(new RuntimeConfiguration { KubernetesMig = strategy }), Is.EqualTo((string[])[$"nvidia.com/gpu: {First} {Second}"]));

    [Test]
    public void A_GPU_whose_UUID_nobody_read_yet_goes_by_its_place() =>
        Assert.That(new[] { Nvidia(0) with { Uuid = null } }.Told(), Is.EqualTo((string[])["nvidia.com/gpu: 0000:10:00.0"]));

    [TestCase("1g.10gb", "1g.10gb")]
    [TestCase("7g.80gb")]
    public void With_none_a_divided_GPU_is_one_device_with_all_that_it_is_divided_into(params string[] profiles)
    {
        var resource = new[] { Nvidia(0, Divided(profiles)) }.Resource();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(resource.Devices.Single().Id, Is.EqualTo(First));
            Assert.That(ContainerAnswer.Of(resource, [First], RuntimeConfiguration.Default).CdiDevices, Is.EqualTo((string[])["nvidia.com/gpu=0000:10:00.0"]));
            Assert.That(ContainerAnswer.Of(resource, [First], new RuntimeConfiguration { KubernetesDeviceList = DeviceListStrategy.Environment }).Environment["NVIDIA_VISIBLE_DEVICES"], Is.EqualTo(First));
        }
    }

    [Test]
    public void With_single_each_MIG_device_is_a_GPU() =>
        Assert.That(new[] { Nvidia(0, Divided("1g.10gb", "1g.10gb")) }.Told(Single), Is.EqualTo((string[])[$"nvidia.com/gpu: {Device0} {Device1}"]));

    [Test]
    public void With_single_GPUs_of_different_profiles_are_refused() => Assert.That(
        Refusal.Of(ErrorCode.KubernetesUnsuitable, () => new[] { Nvidia(0, Divided("1g.10gb", "1g.10gb")), Nvidia(1, Divided("3g.40gb", "1g.10gb")) }.Told(Single)),
        Is.EqualTo("kubernetes.mig is single, which takes GPUs that are all divided into MIG devices of one profile, and here nvidia:0 has 1g.10gb, nvidia:1 has 3g.40gb and 1g.10gb; divide them alike (nvidia-smi mig), or set kubernetes.mig to mixed."));

    [Test]
    public void With_single_a_GPU_in_one_piece_beside_divided_ones_is_refused() => Assert.That(
        Refusal.Of(ErrorCode.KubernetesUnsuitable, () => new[] { Nvidia(0, Divided("1g.10gb")), Nvidia(1) }.Told(Single)),
        Does.Contain("nvidia:0 has 1g.10gb, nvidia:1 is in one piece").And.Contain("mixed"));

    [Test]
    public void With_mixed_each_profile_is_a_resource_beside_the_whole_GPUs() =>
        Assert.That(
            new[] { Nvidia(0, Divided("3g.40gb", "1g.10gb")), Nvidia(1) }.Told(Mixed),
            Is.EqualTo((string[])[$"nvidia.com/mig-3g.40gb: {Device0}", $"nvidia.com/mig-1g.10gb: {Device1}", $"nvidia.com/gpu: {Second}"]));

    // As NVIDIA's own plugin: a name of a resource cannot have a plus.
    [TestCase("1g.10gb+me", "nvidia.com/mig-1g.10gb.me")]
    [TestCase("1c.2g.20gb", "nvidia.com/mig-1c.2g.20gb")]
    [TestCase("1g.24gb+me.all", "nvidia.com/mig-1g.24gb.me.all")]
    [TestCase("2g.48gb-me", "nvidia.com/mig-2g.48gb-me")]
    [TestCase("odd profile/", "nvidia.com/mig-odd-profile")]
    public void A_profile_is_named_in_the_form_of_resources(string profile, string name) =>
        Assert.That(new[] { Nvidia(0, Divided(profile)) }.Resource(Mixed).Name, Is.EqualTo(name));

    [TestCase(MigStrategy.Single)]
    [TestCase(MigStrategy.Mixed)]
    public void A_MIG_device_of_unknown_profile_is_left_out_and_told(MigStrategy strategy)
    {
        var configuration = new RuntimeConfiguration { KubernetesMig = strategy };
        ImmutableArray<Gpu> gpus = [Nvidia(0, Divided(null, "1g.10gb"))];

        using (Assert.EnterMultipleScope())
        {
            Assert.That(gpus.Resource(configuration).Devices.Select(device => device.Unit.Id), Is.EqualTo((string[])["nvidia:0:1"]));
            Assert.That(PluginResources.LeftOut(gpus, configuration).Single(), Does.StartWith("nvidia:0:0 (0000:10:00.0-gi7-ci0) is not offered to Kubernetes: its MIG profile is not known"));
        }
    }

    [Test]
    public void A_MIG_device_whose_UUID_is_unknown_goes_by_its_place() =>
        Assert.That(new[] { Nvidia(0, Mig(0, "1g.10gb") with { Uuid = null }) }.Told(Mixed), Is.EqualTo((string[])["nvidia.com/mig-1g.10gb: 0000:10:00.0-gi7-ci0"]));

    [TestCase("GPU-11111111\n2222")]
    [TestCase("GPU-1::2")]
    [TestCase("GPU-1111111111-2222222222-3333333333-4444444444-5555")]
    [TestCase("")]
    public void A_UUID_that_can_be_no_id_is_none(string uuid) =>
        Assert.That(new[] { Nvidia(0) with { Uuid = uuid } }.Told(), Is.EqualTo((string[])["nvidia.com/gpu: 0000:10:00.0"]));

    [Test]
    public void Two_GPUs_that_report_one_UUID_go_by_their_places() =>
        Assert.That(new[] { Nvidia(0), Nvidia(1) with { Uuid = First } }.Told(), Is.EqualTo((string[])["nvidia.com/gpu: 0000:10:00.0 0000:11:00.0"]));
}

using System.Collections.Immutable;
using System.Text.Json.Nodes;
using GpuRuntime.Core.Errors;
using GpuRuntime.Core.Vendors.Nvidia;
using GpuRuntime.TestHosts;

namespace GpuRuntime.Core.Tests.Vendors.Nvidia;

/// <summary>Three GPUs: the first is divided into three MIG devices, the second into one, the third is whole.</summary>
public sealed class MigTests : MachineFixture, IDisposable
{
    private const string First = "MIG-51fa7c7a-4c41-59bf-b08a-9cb4b47525a7";
    private const string Third = "MIG-6c80966f-629d-5379-803b-55424fc1a0bc";

    private readonly TemporaryDirectory _state = new();

    private protected override SimulatedNvidiaHostOptions? Options => new()
    {
        GpuCount = 3,
        ExtraConfig = new JsonObject { ["stateDirectory"] = _state.Path },
        MigInstances = new Dictionary<int, ImmutableArray<MigInstance>>
        {
            // Numbers of two digits, so that text order would be another one.
            [0] = [new MigInstance(11, 0), new MigInstance(2, 1), new MigInstance(2, 0)],
            [1] = [new MigInstance(0, 0)],
        }.ToImmutableDictionary(),
    };

    [OneTimeTearDown]
    public void Dispose() => _state.Dispose();

    [TearDown]
    public void ForgetTheReport() => File.Delete(Report);

    private string Report => Path.Combine(Machine.Configuration.StateDirectory, ReportedGpus.FileName);

    [Test]
    public void Devices_are_numbered_by_GPU_instance_and_then_by_compute_instance() =>
        Assert.That(
            Machine.Gpus.SelectMany(gpu => gpu.MigDevices.Select(device => $"{gpu.Index}:{device.Index} gi{device.GpuInstance} ci{device.ComputeInstance}")),
            Is.EqualTo((string[])["0:0 gi2 ci0", "0:1 gi2 ci1", "0:2 gi11 ci0", "1:0 gi0 ci0"]));

    [TestCase("device=0:1", "0:1")]
    [TestCase("device=nvidia:0:1", "0:1")]
    [TestCase("device=0:2,0:0,0:0", "0:0 0:2")]
    [TestCase("device=0:1,1:0", "0:1 1:0")]
    [TestCase("device=0:1,2", "0:1 2")]
    [TestCase("device=0", "0:0 0:1 0:2")]
    [TestCase("device=0:1,0", "0:0 0:1 0:2")]
    [TestCase("all", "0:0 0:1 0:2 1:0 2")]
    [TestCase("count=1", "0:0 0:1 0:2")]
    public void A_device_is_named_by_its_place_and_a_GPU_means_all_of_its_devices(string request, string expected) =>
        Assert.That(Selected(request), Is.EqualTo(expected));

    [Test]
    public void The_old_form_of_a_UUID_tells_the_instances_itself() =>
        Assert.That(Selected($"device=MIG-{Host.Gpus[0].Uuid}/2/1"), Is.EqualTo("0:1"));

    [Test]
    public void A_UUID_is_found_when_nvidia_smi_was_asked()
    {
        Remember("2 0 " + First, "2 1 MIG-27b1a30b-e164-5ba8-9904-9d949f65d8e4", "11 0 " + Third);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(Selected($"device={First}"), Is.EqualTo("0:0"));
            Assert.That(Selected($"device={Third.ToUpperInvariant()}"), Is.EqualTo("0:2"));
            Assert.That(Selected("device=MIG-6c80966f"), Is.EqualTo("0:2"));
        }
    }

    // Whichever GPU the simulated driver names: seven slices, of which 1g is one and 3g three.
    [Test]
    public void Memory_and_the_share_of_compute_are_known_when_nvidia_smi_was_asked()
    {
        var before = Machine.Gpus[0].MigDevices.Select(device => (device.MemoryBytes, device.ComputePercent));
        File.WriteAllText(Report, $"gpu {Host.Gpus[0].PciAddress} 85899345920\nmig 2 0 MIG-1 3g.40gb 42278584320\nmig 2 1 MIG-2 1c.3g.40gb -\nmig 11 0 MIG-3 1g.10gb+me\n");
        var after = Machine.Gpus[0].MigDevices.Select(device => (device.MemoryBytes, device.ComputePercent));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(before, Is.All.EqualTo(((long?)null, (int?)null)));
            Assert.That(after, Is.EqualTo(((long?, int?)[])[(42278584320, 42), (null, 14), (null, 14)]));
        }
    }

    [Test]
    public void A_UUID_that_nobody_asked_for_yet_fails_and_says_how_to_ask() =>
        Assert.That(Refusal.Of(ErrorCode.GpuNotFound, () => Machine.Select($"device={First}")), Does.Contain(First).And.Contain("gpu-runtime devices --refresh").And.Contain("0:1"));

    // An instance that was made anew may carry the numbers of one that is gone.
    [Test]
    public void A_report_that_is_older_than_the_devices_does_not_count()
    {
        Remember("2 0 " + First, "11 0 " + Third);

        Assert.That(Refusal.Of(ErrorCode.GpuNotFound, () => Machine.Select($"device={First}")), Does.Contain("--refresh"));
    }

    [TestCase("device=0:3", "0:3")]
    [TestCase("device=2:0", "nvidia:2 has none")]
    [TestCase("device=7:0", "7:0")]
    public void A_device_that_is_not_there_fails_and_the_host_is_listed(string request, string named) =>
        Assert.That(Refusal.Of(ErrorCode.GpuNotFound, () => Machine.Select(request)), Does.Contain(named).And.Contain(Host.Gpus[2].Uuid));

    [Test]
    public void A_device_comes_with_its_GPU_and_the_nodes_of_both_instances()
    {
        var minor = Host.Gpus[0].Minor;
        var instance = 3 + (135 * minor) + (9 * 2);

        Assert.That(
            Machine.Plan("NVIDIA_VISIBLE_DEVICES=0:1")!.DeviceNodes.Where(node => node.Path.StartsWith("/dev/nvidia-caps/", StringComparison.Ordinal) || node.Path == $"/dev/nvidia{minor}")
                .Select(node => $"{node.Path} {node.Major}:{node.Minor} {Convert.ToString(node.Mode, 8)}"),
            Is.EqualTo((string[])
            [
                $"/dev/nvidia{minor} 195:{minor} 666",
                $"/dev/nvidia-caps/nvidia-cap{instance} {DriverNumbers.Caps}:{instance} 444",
                $"/dev/nvidia-caps/nvidia-cap{instance + 2} {DriverNumbers.Caps}:{instance + 2} 444",
            ]));
    }

    [Test]
    public void A_divided_GPU_draws_nothing() =>
        Assert.That(Machine.Plan("NVIDIA_VISIBLE_DEVICES=0:1", "NVIDIA_DRIVER_CAPABILITIES=all")!.DeviceNodes.Select(node => node.Path), Has.None.StartsWith("/dev/dri/"));

    [Test]
    public void Without_nodes_for_capabilities_a_device_fails_and_whole_GPUs_do_not()
    {
        var devices = Path.Combine(Host.ProcRoot, "devices");
        var text = File.ReadAllText(devices);
        File.WriteAllText(devices, text.Replace("nvidia-caps\n", "other\n", StringComparison.Ordinal));
        try
        {
            Assert.That(Refusal.Of(ErrorCode.DeviceNodeMissing, () => Machine.Plan("NVIDIA_VISIBLE_DEVICES=0:1")), Does.Contain("nvidia-caps"));
            Assert.That(Machine.Plan("NVIDIA_VISIBLE_DEVICES=2"), Is.Not.Null, "a whole GPU beside it");
        }
        finally
        {
            File.WriteAllText(devices, text);
        }
    }

    private string Selected(string request) =>
        string.Join(' ', Machine.Select(request).SelectMany(gpu => gpu.MigDevices.IsEmpty ? [$"{gpu.Index}"] : gpu.MigDevices.Select(device => $"{gpu.Index}:{device.Index}")));

    private void Remember(params string[] devices)
    {
        File.WriteAllText(Report, $"gpu {Host.Gpus[0].PciAddress} 85899345920\n{string.Concat(devices.Select(device => $"mig {device} 1g.10gb\n"))}");
    }
}

using System.Collections.Immutable;
using GpuRuntime.EndToEnd.Tests.Vendors;
using GpuRuntime.TestHosts;

namespace GpuRuntime.EndToEnd.Tests.Cdi;

/// <summary>Partitions of AMD's by generated specifications: each has an index, and the whole GPU's UUID and PCI address mean all of it.</summary>
public sealed class GeneratedPartitionRows() : GeneratedSpecFixture(EngineKind.PodmanWithCdi, VendorHosts.PartitionedMi300)
{
    [Test]
    public async Task A_partition_comes_alone([Values("amd:0", "amd:3", "amd:4", "amd:7")] string id)
    {
        var partition = Gpus.Single(gpu => gpu.Id == id);

        AssertExactly(await ReportAsync(Device(partition)), partition);
    }

    [Test]
    public async Task The_PCI_address_means_every_partition_of_the_GPU()
    {
        var first = Gpus[0].PciAddress;

        AssertExactly(await ReportAsync($"amd.com/gpu={first}"), Gpus.Take(4));
    }
}

/// <summary>MIG devices of NVIDIA's by a generated specification.</summary>
public sealed class GeneratedMigRows() : CdiFixture(EngineKind.PodmanWithCdi)
{
    private const int FirstInstance = 2;
    private const int SecondInstance = 9;

    private protected override SimulatedNvidiaHostOptions HostOptions => new()
    {
        GpuCount = 2,
        MigInstances = ImmutableDictionary<int, ImmutableArray<MigInstance>>.Empty.Add(0, [new(FirstInstance, 0), new(SecondInstance, 0)]),
    };

    [TestCase("0:0", 2)]
    [TestCase("0:1", 2)]
    [TestCase("0", 4)]
    [TestCase("1", 0)]
    public async Task A_place_gives_the_GPUs_node_and_two_capability_nodes_a_device(string name, int capabilities)
    {
        var result = await Engine.RunAsync(WithDevices(Busybox, [$"nvidia.com/gpu={name}"], "sh", "-c", "find /dev/nvidia* -type c"));

        Assert.That(result.EnsureSuccess().Lines.Where(static line => line.StartsWith("/dev/nvidia-caps/", StringComparison.Ordinal)).Count(), Is.EqualTo(capabilities));
        Assert.That(result.Lines, Does.Contain($"/dev/nvidia{Host.Gpus[name[0] - '0'].Minor}"));
        Assert.That(result.Lines, Does.Not.Contain($"/dev/nvidia{Host.Gpus['1' - name[0]].Minor}"));
    }

    [Test]
    public async Task MIG_devices_of_one_GPU_are_told_apart()
    {
        string[] nodes = [await CapabilitiesAsync("0:0"), await CapabilitiesAsync("0:1")];

        Assert.That(nodes, Is.Unique);
    }

    private async Task<string> CapabilitiesAsync(string name) =>
        (await Engine.RunAsync(WithDevices(Busybox, [$"nvidia.com/gpu={name}"], "sh", "-c", "ls /dev/nvidia-caps"))).EnsureSuccess().Output;

    private protected override async Task PrepareAsync()
    {
        await base.PrepareAsync();
        (await Command.Of(Programs.GpuRuntime, "cdi", "generate", "--output", Cdi.Etc, "--config", Machine.ConfigPath, "--cdi-version", "0.5.0").RunAsync()).EnsureSuccess();
    }
}

using GpuRuntime.TestHosts;

namespace GpuRuntime.Core.Tests.Inventory;

/// <summary>What is found on every ready host, whole, in Golden/NAME.txt; and that it is what the host was made of.</summary>
[TestFixtureSource(nameof(Names))]
public sealed class GoldenInventoryTests(string name) : MixedMachineFixture
{
    private const int MostListed = 16;

    private static IEnumerable<string> Names => ReadyHosts.ByName.Keys;

    private protected override SimulatedHostOptions Options => ReadyHosts.ByName[name];

    [Test]
    public void The_inventory_is_the_one_on_file() =>
        Assert.That(Listing(), Is.EqualTo(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Inventory/Golden", $"{name}.txt"))));

    [Test]
    public void Every_GPU_has_the_address_and_the_DRM_nodes_that_the_host_gave_it()
    {
        string[] made =
        [
            .. Host.NvidiaGpus.Select(gpu => Line(gpu.PciAddress, 0, gpu.CardNumber, gpu.RenderNumber)),
            .. Host.AmdPartitions.Select(partition => Line(partition.Gpu.PciAddress, partition.Index, partition.CardNumber, partition.RenderNumber)),
            .. Host.IntelGpus.Where(gpu => gpu.Driver is "i915" or "xe").Select(gpu => Line(gpu.PciAddress, 0, gpu.CardNumber, gpu.RenderNumber)),
        ];

        Assert.That(Machine.Gpus.Select(gpu => $"{gpu.PciAddress} {gpu.Partition ?? 0} {string.Join(' ', gpu.DrmNodes.Select(node => node.Path))}"), Is.EqualTo(made));
    }

    [Test]
    public void Nobody_else_has_a_GPUs_DRM_nodes() =>
        Assert.That(Machine.Gpus.SelectMany(gpu => gpu.DrmNodes).Select(node => node.Path), Is.Unique);

    // Of a long list the first, the middle one and the last.
    private string Listing()
    {
        var gpus = Machine.Gpus;
        return gpus.Length <= MostListed
            ? $"GPUs: {gpus.Length}\n{InventoryListing.Of(gpus)}"
            : $"GPUs: {gpus.Length}, three of which are\n{InventoryListing.Of([gpus[0], gpus[gpus.Length / 2], gpus[^1]])}";
    }

    private static string Line(string address, int partition, int? card, int? render) => $"{address} {partition} /dev/dri/card{card} /dev/dri/renderD{render}";
}

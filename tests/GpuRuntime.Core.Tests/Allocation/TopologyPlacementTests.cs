using System.Collections.Immutable;
using GpuRuntime.Core.Allocation;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Core.Vendors;
using GpuRuntime.Linux.Paths;
using GpuRuntime.TestHosts;

namespace GpuRuntime.Core.Tests.Allocation;

/// <summary>Placement on machines as there are: hives, bridges, boards, sockets and partitions.</summary>
public sealed class TopologyPlacementTests
{
    // Even indexes are one hive, odd ones the other.
    [TestCase(2, "", "0 2")]
    [TestCase(4, "", "0 2 4 6")]
    [TestCase(4, "0", "1 3 5 7")]
    [TestCase(2, "0 2 4", "1 3")]
    [TestCase(5, "", "0 1 2 4 6")]
    [TestCase(4, "0 1 2 3 4", "1 5 6 7", Description = "the free ones of both hives, and one that is joined to two of them")]
    [TestCase(8, "", "0 1 2 3 4 5 6 7")]
    public void GPUs_come_from_one_hive(int count, string held, string chosen)
    {
        using var machine = MixedMachine.Create(ReadyHosts.Mi210Hives);

        Assert.That(Chosen(count, VendorModules.Identify(machine.Root), machine.Root, held), Is.EqualTo(chosen));
    }

    [TestCase(4, "", "0 1 2 3")]
    [TestCase(4, "2", "4 5 6 7")]
    [TestCase(2, "0 1 2", "4 5")]
    public void GPUs_come_from_one_captured_hive(int count, string held, string chosen)
    {
        using var directory = new TemporaryDirectory();
        try
        {
            var host = CapturedHost.Open("mi210x8", directory.Combine("host"));
            using var root = new LinuxHostRoot(ConfigurationFile.Load(host.ConfigPath).Values);
            Assert.That(Chosen(count, VendorModules.Identify(root), root, held), Is.EqualTo(chosen));
        }
        catch (TestResourceUnavailableException unavailable)
        {
            Assert.Ignore(unavailable.Reason);
        }
    }

    [TestCase(2, "", "0 1")]
    [TestCase(4, "", "0 1 2 3")]
    [TestCase(4, "1", "4 5 6 7")]
    [TestCase(2, "0 1 2", "4 5")]
    public void Partitions_come_from_one_GPU(int count, string held, string chosen)
    {
        using var machine = MixedMachine.Create(ReadyHosts.PartitionedMi300);

        Assert.That(Chosen(count, VendorModules.Identify(machine.Root), machine.Root, held), Is.EqualTo(chosen));
    }

    // Eight of 128 are too many sets to look at each.
    [TestCase(8, "", "0 1 2 3 4 5 6 7")]
    [TestCase(8, "3 12", "16 17 18 19 20 21 22 23")]
    public void Among_many_partitions_a_whole_GPU_is_found(int count, string held, string chosen)
    {
        ImmutableArray<Gpu> gpus = [.. Enumerable.Range(0, 128).Select(index => Gpu(GpuVendor.Amd, index, index / 8) with { NumaNode = index / 64, KfdNode = index + 2 })];

        Assert.That(Chosen(count, gpus, Within(gpus), held), Is.EqualTo(chosen));
    }

    // Two bridges of four links: 0 with 3, 1 with 2.
    [TestCase("", "0 3")]
    [TestCase("0", "1 2")]
    [TestCase("0 1", "2 3")]
    public void NVLink_pairs_stay_together(string held, string chosen) =>
        Assert.That(Chosen(2, Nvidia(4, _ => 0), [new(GpuVendor.Nvidia, 0, 3, 4), new(GpuVendor.Nvidia, 1, 2, 4)], held), Is.EqualTo(chosen));

    // The cube mesh of eight V100s: single and double links, and pairs without any.
    [TestCase(2, "", "0 2")]
    [TestCase(4, "", "0 1 2 3")]
    [TestCase(4, "1", "4 5 6 7")]
    public void The_most_links_decide(int count, string held, string chosen)
    {
        (int, int, int)[] mesh =
        [
            (0, 1, 1), (0, 2, 2), (0, 3, 1), (0, 7, 2), (1, 2, 1), (1, 3, 2), (1, 6, 2), (2, 3, 2), (2, 5, 1), (3, 4, 1), (4, 5, 2), (4, 6, 2), (4, 7, 1), (5, 6, 1), (5, 7, 2), (6, 7, 1),
        ];

        Assert.That(Chosen(count, Nvidia(8, index => index / 4), [.. mesh.Select(link => new GpuLink(GpuVendor.Nvidia, link.Item1, link.Item2, link.Item3))], held), Is.EqualTo(chosen));
    }

    [TestCase(2, "", "0 2")]
    [TestCase(3, "", "0 2 4")]
    [TestCase(2, "0 2", "1 3")]
    [TestCase(4, "", "0 1 2 4", Description = "a full socket, and the first of the other")]
    public void Without_links_GPUs_come_from_one_socket(int count, string held, string chosen) =>
        Assert.That(Chosen(count, Nvidia(6, index => index % 2), [], held), Is.EqualTo(chosen));

    private static ImmutableArray<GpuLink> Within(ImmutableArray<Gpu> gpus) =>
        [.. gpus.SelectMany(first => gpus.Where(second => second.Index > first.Index && second.PciAddress == first.PciAddress).Select(second => GpuLink.Between(first, second, GpuLink.Strongest)))];

    private static ImmutableArray<Gpu> Nvidia(int count, Func<int, int> numaNode) => [.. Enumerable.Range(0, count).Select(index => Gpu(GpuVendor.Nvidia, index, index) with { NumaNode = numaNode(index) })];

    private static Gpu Gpu(GpuVendor vendor, int index, int bus) => new() { Vendor = vendor, Index = index, PciAddress = new PciAddress(0, (byte)bus, 0, 0) };

    private static string Chosen(int count, ImmutableArray<Gpu> gpus, IHostRoot host, string held) => Chosen(count, gpus, VendorModules.Links(gpus, host), held);

    // Each of the held ones by one container.
    private static string Chosen(int count, ImmutableArray<Gpu> gpus, ImmutableArray<GpuLink> links, string held)
    {
        var busy = held.Split(' ');
        return string.Join(' ', Placement.Choose(count, [.. gpus.Select(gpu => new PlacementCandidate(gpu, busy.Contains($"{gpu.Index}") ? 1 : 0))], links).Select(gpu => gpu.Index));
    }
}

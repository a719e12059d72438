using System.Collections.Immutable;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Core.Vendors;
using GpuRuntime.Linux.Paths;
using GpuRuntime.TestHosts;

namespace GpuRuntime.Core.Tests.Vendors.Amd;

/// <summary>Which of AMD's GPUs are joined, from KFD's links.</summary>
public sealed class XgmiLinkTests
{
    // By PCI address the hives alternate.
    [Test]
    public void GPUs_of_one_hive_are_joined_each_to_each_and_to_no_other()
    {
        using var machine = MixedMachine.Create(ReadyHosts.Mi210Hives);

        Assert.That(Text(Links(machine)), Is.EqualTo("0-2:85 0-4:85 0-6:85 1-3:85 1-5:85 1-7:85 2-4:85 2-6:85 3-5:85 3-7:85 4-6:85 5-7:85"));
    }

    [Test]
    public void GPUs_without_a_hive_are_not_joined()
    {
        using var machine = MixedMachine.Create(ReadyHosts.Mi210Pair);

        Assert.That(Links(machine), Is.Empty);
    }

    [Test]
    public void Partitions_of_one_GPU_are_joined_closest()
    {
        using var machine = MixedMachine.Create(ReadyHosts.PartitionedMi300);

        Assert.That(Text(Links(machine)), Is.EqualTo("0-1:100 0-2:100 0-3:100 1-2:100 1-3:100 2-3:100 4-5:100 4-6:100 4-7:100 5-6:100 5-7:100 6-7:100"));
    }

    [Test]
    public void Partitions_of_joined_GPUs_are_joined_too_and_not_as_close()
    {
        using var machine = MixedMachine.Create(ReadyHosts.PartitionedMi300 with { Amd = [.. ReadyHosts.PartitionedMi300.Amd.Select(gpu => gpu with { Hive = 7 })] });

        var links = Links(machine);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(links, Has.Length.EqualTo(8 * 7 / 2));
            Assert.That(links.Where(link => link.First / 4 == link.Second / 4).Select(link => link.Strength), Is.All.EqualTo(100));
            Assert.That(links.Where(link => link.First / 4 != link.Second / 4).Select(link => link.Strength), Is.All.EqualTo(59));
        }
    }

    [Test]
    public void Only_the_GPUs_that_are_asked_about_are_told_of()
    {
        using var machine = MixedMachine.Create(ReadyHosts.Mi210Hives);
        var gpus = VendorModules.Identify(machine.Root);

        Assert.That(Text(VendorModules.Links([gpus[6], gpus[1], gpus[2]], machine.Root)), Is.EqualTo("2-6:85"));
    }

    // One hop more for each GPU between.
    [Test]
    public void A_longer_way_is_a_weaker_link()
    {
        using var machine = MixedMachine.Create(ReadyHosts.Mi210Hives);
        Edit(machine, 0, 2, "weight 15", "weight 30");
        Edit(machine, 2, 0, "weight 15", "weight 30");

        Assert.That(Text(Links(machine)), Does.StartWith("0-2:70 0-4:85"));
    }

    [Test]
    public void A_link_that_is_listed_as_a_peers_counts()
    {
        using var machine = MixedMachine.Create(ReadyHosts.Mi210Hives);
        foreach (var (from, to) in new[] { (0, 2), (2, 0) })
        {
            var link = Link(machine, from, to);
            Directory.Move(link, Path.Combine(link, "../../p2p_links/99"));
        }

        Assert.That(Text(Links(machine)), Does.StartWith("0-2:85 0-4:85"));
    }

    [TestCase("type 11", "type 2")]
    [TestCase("type 11", "type x")]
    [TestCase("weight 15", "")]
    [TestCase("weight 15", "weight -1")]
    [TestCase("node_to", "node")]
    public void A_link_of_another_kind_or_form_joins_nothing(string text, string by)
    {
        using var machine = MixedMachine.Create(ReadyHosts.Mi210Hives);
        Edit(machine, 0, 2, text, by);
        Edit(machine, 2, 0, text, by);

        Assert.That(Text(Links(machine)), Does.StartWith("0-4:85 0-6:85"));
    }

    [Test]
    public void Other_vendors_GPUs_are_not_joined()
    {
        using var machine = MixedMachine.Create(ReadyHosts.ThreeVendors);

        Assert.That(Links(machine), Is.Empty);
    }

    [Test]
    public void Eight_captured_GPUs_are_joined_in_two_hives() =>
        Assert.That(Text(CapturedLinks("mi210x8")), Is.EqualTo("0-1:85 0-2:85 0-3:85 1-2:85 1-3:85 2-3:85 4-5:85 4-6:85 4-7:85 5-6:85 5-7:85 6-7:85"));

    [Test]
    public void The_partitions_of_eight_captured_GPUs_are_joined_each_to_each()
    {
        var links = CapturedLinks("mi300x8-cpx");

        Assert.That(
            links.CountBy(link => link.Strength).OrderBy(pair => pair.Key).Select(pair => (pair.Key, pair.Value)),
            Is.EqualTo(((int, int)[])[(59, (63 * 62 / 2) - (7 * 28) - 21), (100, (7 * 28) + 21)]));
    }

    private static ImmutableArray<GpuLink> Links(MixedMachine machine) => VendorModules.Links(VendorModules.Identify(machine.Root), machine.Root);

    private static ImmutableArray<GpuLink> CapturedLinks(string name)
    {
        using var directory = new TemporaryDirectory();
        try
        {
            var host = CapturedHost.Open(name, directory.Combine(name));
            using var root = new LinuxHostRoot(ConfigurationFile.Load(host.ConfigPath).Values);
            return VendorModules.Links(VendorModules.Identify(root), root);
        }
        catch (TestResourceUnavailableException unavailable)
        {
            Assert.Ignore(unavailable.Reason);
            throw;
        }
    }

    private static string Text(ImmutableArray<GpuLink> links) => string.Join(' ', links.Select(link => $"{link.First}-{link.Second}:{link.Strength}"));

    private static void Edit(MixedMachine machine, int from, int to, string text, string by)
    {
        var file = Path.Combine(Link(machine, from, to), "properties");
        File.WriteAllText(file, File.ReadAllText(file).Replace(text, by, StringComparison.Ordinal));
    }

    private static string Link(MixedMachine machine, int from, int to)
    {
        var partitions = machine.Host.AmdPartitions;
        return Directory.GetDirectories(Path.Combine(machine.Host.SysRoot, $"class/kfd/kfd/topology/nodes/{partitions[from].KfdNode}/io_links"))
            .Single(link => File.ReadAllText(Path.Combine(link, "properties")).Contains($"node_to {partitions[to].KfdNode}\n", StringComparison.Ordinal));
    }
}

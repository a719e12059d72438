using System.Collections.Immutable;
using GpuRuntime.Core.Allocation;
using GpuRuntime.Core.Inventory;

namespace GpuRuntime.Core.Tests.Allocation;

/// <summary>What matters when a container asks for a number of GPUs, and in which order.</summary>
public sealed class PlacementTests
{
    [Test]
    public void Without_anything_between_them_the_first_of_the_host_are_given() =>
        Assert.That(Chosen(2, Nvidia(2), Nvidia(0), Nvidia(1)), Is.EqualTo("nvidia:0 nvidia:1"));

    [Test]
    public void GPUs_that_can_compute_go_before_free_ones_that_cannot() =>
        Assert.That(Chosen(2, (Nvidia(0) with { HasCompute = false }, 0), (Nvidia(1), 0), (Nvidia(2), 5)), Is.EqualTo("nvidia:1 nvidia:2"));

    [Test]
    public void GPUs_without_compute_are_given_when_the_others_do_not_suffice() =>
        Assert.That(Chosen(2, (Nvidia(0) with { HasCompute = false }, 0), (Nvidia(1) with { HasCompute = false }, 0), (Nvidia(2), 5)), Is.EqualTo("nvidia:0 nvidia:2"));

    [Test]
    public void The_ones_that_fewest_hold_go_before_ones_that_are_closer() =>
        Assert.That(
            Chosen(2, [new GpuLink(GpuVendor.Nvidia, 0, 1, 18)], (Nvidia(0), 1), (Nvidia(1), 1), (Nvidia(2), 0), (Nvidia(3), 2)), Is.EqualTo("nvidia:0 nvidia:2"));

    // 3 is free and taken anyway: of the held ones the one that is linked to it comes along.
    [Test]
    public void What_is_left_to_choose_is_chosen_close_to_what_is_given_already() =>
        Assert.That(
            Chosen(2, [new GpuLink(GpuVendor.Nvidia, 2, 3, 4), new GpuLink(GpuVendor.Nvidia, 0, 1, 18)], (Nvidia(0), 1), (Nvidia(1), 1), (Nvidia(2), 1), (Nvidia(3), 0)),
            Is.EqualTo("nvidia:2 nvidia:3"));

    [Test]
    public void NVLink_goes_before_one_device_and_that_before_one_NUMA_node()
    {
        var first = Amd(0, "0000:03:00.0") with { NumaNode = 0 };
        var sameNode = Amd(1, "0000:04:00.0") with { NumaNode = 0 };
        var sameDevice = Amd(2, "0000:03:00.0") with { NumaNode = 1 };
        var linked = Amd(3, "0000:05:00.0") with { NumaNode = 1 };

        using (Assert.EnterMultipleScope())
        {
            Assert.That(Chosen(2, [new GpuLink(GpuVendor.Amd, 0, 3, 1)], (first, 0), (sameNode, 0), (sameDevice, 0), (linked, 0)), Is.EqualTo("amd:0 amd:3"));
            Assert.That(Chosen(2, [], (first, 0), (sameNode, 0), (sameDevice, 0), (linked, 0)), Is.EqualTo("amd:0 amd:2"));
            Assert.That(Chosen(2, [], (first, 0), (sameNode, 0), (linked, 0)), Is.EqualTo("amd:0 amd:1"));
        }
    }

    [Test]
    public void More_links_go_before_fewer() =>
        Assert.That(
            Chosen(2, [new GpuLink(GpuVendor.Nvidia, 0, 1, 1), new GpuLink(GpuVendor.Nvidia, 1, 2, 2)], (Nvidia(0), 0), (Nvidia(1), 0), (Nvidia(2), 0)),
            Is.EqualTo("nvidia:1 nvidia:2"));

    [Test]
    public void An_unknown_NUMA_node_is_nobodys() =>
        Assert.That(
            Chosen(2, Nvidia(0), Nvidia(1), Nvidia(2) with { NumaNode = 1 }, Nvidia(3) with { NumaNode = 1 }), Is.EqualTo("nvidia:2 nvidia:3"));

    [Test]
    public void GPUs_of_different_vendors_are_not_close_on_one_NUMA_node() =>
        Assert.That(
            Chosen(2, Nvidia(0) with { NumaNode = 0 }, Nvidia(1) with { NumaNode = 1 }, Amd(0, "0000:03:00.0") with { NumaNode = 0 }), Is.EqualTo("nvidia:0 nvidia:1"));

    [Test]
    public void Links_of_GPUs_that_are_no_candidates_count_for_nothing() =>
        Assert.That(
            Chosen(1, [new GpuLink(GpuVendor.Nvidia, 1, 7, 18), new GpuLink(GpuVendor.Amd, 0, 1, 18), new GpuLink(GpuVendor.Nvidia, -1, 1, 9)], (Nvidia(0), 0), (Nvidia(1), 0)),
            Is.EqualTo("nvidia:0"));

    [Test]
    public void All_are_given_in_the_hosts_order() =>
        Assert.That(Chosen(3, (Amd(0, "0000:03:00.0"), 0), (Nvidia(1), 1), (Nvidia(0), 2)), Is.EqualTo("nvidia:0 nvidia:1 amd:0"));

    [Test]
    public void None_are_given_when_none_are_wanted() => Assert.That(Chosen(0, Nvidia(0)), Is.Empty);

    [TestCase(2)]
    [TestCase(-1)]
    public void A_number_that_cannot_be_is_refused(int count) =>
        Assert.That(() => Placement.Choose(count, [new PlacementCandidate(Nvidia(0), 0)], []), Throws.InstanceOf<ArgumentOutOfRangeException>());

    private static Gpu Nvidia(int index) => new() { Vendor = GpuVendor.Nvidia, Index = index, PciAddress = new PciAddress(0, (byte)(0x10 + index), 0, 0) };

    private static Gpu Amd(int index, string address) => new() { Vendor = GpuVendor.Amd, Index = index, PciAddress = PciAddress.Parse(address)!.Value };

    private static string Chosen(int count, params IEnumerable<Gpu> gpus) => Chosen(count, [], [.. gpus.Select(gpu => (gpu, 0))]);

    private static string Chosen(int count, params (Gpu Gpu, int Holders)[] candidates) => Chosen(count, [], candidates);

    private static string Chosen(int count, ImmutableArray<GpuLink> links, params (Gpu Gpu, int Holders)[] candidates) =>
        string.Join(' ', Placement.Choose(count, [.. candidates.Select(candidate => new PlacementCandidate(candidate.Gpu, candidate.Holders))], links).Select(gpu => gpu.Id));
}

using System.Collections.Immutable;
using GpuRuntime.Core.Configuration;
using GpuRuntime.Core.Errors;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Core.Kubernetes;
using GpuRuntime.Core.Vendors;
using static GpuRuntime.Core.Tests.Kubernetes.NodeGpus;

namespace GpuRuntime.Core.Tests.Kubernetes;

/// <summary>Known answers: which of the devices that the kubelet has left go best together.</summary>
public sealed class PreferredDeviceTests
{
    // The cube mesh of eight V100s: single and double links, and pairs without any.
    private static readonly ImmutableArray<GpuLink> Mesh =
    [
        .. new[] { (0, 1, 1), (0, 2, 2), (0, 3, 1), (0, 7, 2), (1, 2, 1), (1, 3, 2), (1, 6, 2), (2, 3, 2), (2, 5, 1), (3, 4, 1), (4, 5, 2), (4, 6, 2), (4, 7, 1), (5, 6, 1), (5, 7, 2), (6, 7, 1) }
            .Select(link => new GpuLink(GpuVendor.Nvidia, link.Item1, link.Item2, link.Item3)),
    ];

    // Even indexes are one hive, odd ones the other.
    [TestCase(1, "0 1 2 3 4 5 6 7", "", "0")]
    [TestCase(2, "0 1 2 3 4 5 6 7", "", "0 2")]
    [TestCase(4, "0 1 2 3 4 5 6 7", "", "0 2 4 6")]
    [TestCase(4, "0 1 2 3 4 5 6 7", "3", "1 3 5 7")]
    [TestCase(2, "0 1 2 3 4 5 6 7", "6", "0 6")]
    [TestCase(4, "1 2 3 4 5 6 7", "", "1 3 5 7")]
    [TestCase(2, "0 1 3 6", "", "0 6")]
    [TestCase(3, "0 1 3 4 6", "0", "0 4 6")]
    [TestCase(5, "0 1 2 3 4 5 6 7", "", "0 1 2 4 6")]
    [TestCase(8, "0 1 2 3 4 5 6 7", "", "0 1 2 3 4 5 6 7")]
    public void Of_eight_MI210s_those_of_one_hive(int count, string available, string wanted, string expected) => OnHost("mi210-hives", (gpus, root) =>
        Assert.That(Chosen(gpus.Resource(), VendorModules.Links(gpus, root), count, available, wanted), Is.EqualTo(expected)));

    [TestCase(4, "0 1 2 3 4 5 6 7", "", "0 1 2 3")]
    [TestCase(4, "0 1 3 4 5 6 7", "", "4 5 6 7")]
    [TestCase(2, "0 1 2 3 4 5 6 7", "5", "4 5")]
    [TestCase(2, "3 4 7", "", "4 7")]
    public void Of_eight_captured_MI210s_those_of_one_hive(int count, string available, string wanted, string expected) => OnHost("captured mi210x8", (gpus, root) =>
        Assert.That(Chosen(gpus.Resource(), VendorModules.Links(gpus, root), count, available, wanted), Is.EqualTo(expected)));

    [TestCase(2, "0 1 2 3 4 5 6 7", "", "0 2")]
    [TestCase(3, "0 1 2 3 4 5 6 7", "", "0 2 3")]
    [TestCase(4, "0 1 2 3 4 5 6 7", "", "0 1 2 3")]
    [TestCase(4, "0 2 3 4 5 6 7", "", "4 5 6 7")]
    [TestCase(2, "0 1 2 3 4 5 6 7", "7", "5 7", Description = "two links to 0 as to 5, which is on its socket")]
    [TestCase(3, "0 1 2 3 4 5 6 7", "5", "4 5 6")]
    [TestCase(2, "0 1 6 7", "", "0 7")]
    [TestCase(2, "0 5 6", "", "5 6")]
    public void Of_eight_V100s_those_with_most_NVLinks_between_them(int count, string available, string wanted, string expected) =>
        Assert.That(Chosen(Enumerable.Range(0, 8).Select(index => Nvidia(index)).Resource(), Mesh, count, available, wanted), Is.EqualTo(expected));

    [TestCase(4, "1 2 3 4 5 6 7", "", "4 5 6 7")]
    [TestCase(2, "0 1 2 3 4 5 6 7", "6", "4 6")]
    public void Partitions_of_one_GPU(int count, string available, string wanted, string expected) => OnHost("partitioned-mi300", (gpus, root) =>
        Assert.That(Chosen(gpus.Resource(), VendorModules.Links(gpus, root), count, available, wanted), Is.EqualTo(expected)));

    [Test]
    public void MIG_devices_of_one_GPU()
    {
        var resource = new[] { Nvidia(0, Divided("1g.10gb", "1g.10gb")), Nvidia(1, Mig(2, "1g.10gb"), Mig(3, "1g.10gb")) }.Resource(new RuntimeConfiguration { KubernetesMig = MigStrategy.Single });

        Assert.That(Chosen(resource, [new GpuLink(GpuVendor.Nvidia, 0, 1, 18)], 2, "1 2 3", ""), Is.EqualTo("2 3"));
    }

    // Devices 0 to 2 are turns at the first GPU, 3 to 5 at the second, 6 to 8 at the third.
    [TestCase(1, "0 1 2 4 5 8", "", "0")]
    [TestCase(1, "2 4 5 8", "", "4")]
    [TestCase(2, "0 1 2 4 5 8", "", "0 4")]
    [TestCase(3, "0 1 2 4 5 8", "", "0 4 8", Description = "a second turn at a GPU is worth less than the last one at another")]
    [TestCase(4, "0 1 2 4 5 8", "", "0 1 4 8")]
    [TestCase(2, "0 1 2 4 5 8", "1", "1 4")]
    [TestCase(3, "0 1 2", "", "0 1 2")]
    public void Shares_of_different_GPUs_with_most_free_ones(int count, string available, string wanted, string expected) =>
        Assert.That(Chosen(new[] { Amd(0), Amd(1), Amd(2) }.Resource(new RuntimeConfiguration { KubernetesReplicas = 3 }), [], count, available, wanted), Is.EqualTo(expected));

    // Devices 0 to 3 are GiB of the first GPU, 4 to 6 of the second, 7 to 10 of the third.
    [TestCase(2, "0 1 2 3 4 5 7 8 9", "", "4 5")]
    [TestCase(3, "0 1 2 3 4 5 7 8 9", "", "7 8 9")]
    [TestCase(4, "0 1 2 3 4 5 7 8 9", "", "0 1 2 3")]
    [TestCase(3, "0 1 2 3 4 5 7 8 9", "2", "0 1 2")]
    [TestCase(1, "0 1 7 8", "", "0")]
    public void GiB_of_the_GPU_that_has_fewest_to_spare(int count, string available, string wanted, string expected) =>
        Assert.That(Chosen(Memory(), [], count, available, wanted), Is.EqualTo(expected));

    [TestCase(4, "0 1 2 4 5 6", "", "4 GiB are asked for, and a container can have those of one GPU, of which none has more than 3 to give")]
    [TestCase(4, "0 1 2 4 5 6 7 8 9 10", "4", "of which this one has more than 3 to give")]
    [TestCase(3, "0 4 5", "0 4", "of which this one has more than 2 to give")]
    public void GiB_that_no_GPU_has_are_refused(int count, string available, string wanted, string sentence) =>
        Assert.That(Refusal.Of(ErrorCode.KubernetesRefused, () => Chosen(Memory(), [], count, available, wanted)), Does.StartWith("gpu-runtime.io/memory-gib: ").And.Contain(sentence));

    [TestCase(3, "0 1", "")]
    [TestCase(-1, "0 1", "")]
    [TestCase(1, "0 1", "0 1")]
    [TestCase(2, "0", "1")]
    public void What_there_is_not_is_refused(int count, string available, string wanted) =>
        Assert.That(Refusal.Of(ErrorCode.KubernetesRefused, () => Chosen(new[] { Amd(0), Amd(1) }.Resource(), [], count, available, wanted)), Does.StartWith("amd.com/gpu: "));

    [Test]
    public void An_id_that_is_none_is_told_with_those_that_are() =>
        Assert.That(
            Refusal.Of(ErrorCode.GpuNotFound, () => PreferredDevices.Choose(new[] { Amd(0) }.Resource(), ["0000:40:00.0", "card\n0"], [], 1, [])),
            Is.EqualTo("amd.com/gpu has no device \"card?0\"; it has 0000:40:00.0."));

    [Test]
    public void None_are_chosen_of_nothing() => Assert.That(Chosen(new[] { Amd(0) }.Resource(), [], 0, "", ""), Is.Empty);

    private static PluginResource Memory() =>
        new[] { Amd(0) with { MemoryBytes = 4 * Gibibyte }, Amd(1) with { MemoryBytes = 3 * Gibibyte }, Amd(2) with { MemoryBytes = 4 * Gibibyte } }.Resource(Slices);

    // Devices by their places in the resource; twice each, and backwards, which changes nothing.
    private static string Chosen(PluginResource resource, ImmutableArray<GpuLink> links, int count, string available, string wanted)
    {
        var chosen = PreferredDevices.Choose(resource, [.. Ids(available), .. Ids(available).Reverse()], Ids(wanted), count, links);
        var ids = resource.Devices.Select(device => device.Id).ToList();
        return string.Join(' ', chosen.Select(id => ids.IndexOf(id)));

        string[] Ids(string places) => [.. places.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(place => resource.Devices[int.Parse(place)].Id)];
    }
}

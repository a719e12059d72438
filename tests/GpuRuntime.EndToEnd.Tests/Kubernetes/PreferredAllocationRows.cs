using System.Collections.Immutable;
using System.Globalization;
using GpuRuntime.TestHosts;

namespace GpuRuntime.EndToEnd.Tests.Kubernetes;

/// <summary>Known answers to which GPUs go best together, on a host for each way in which GPUs are joined.</summary>
public sealed class PreferredAllocationRows : PluginFixture
{
    private const string Slices = "gpu-runtime.io/memory-gib";

    // Counts of NVLinks between the GPUs of an eight-GPU cube mesh (DGX-1 with V100), as nvidia-smi topo -m prints them.
    private static readonly ImmutableArray<(int First, int Second, int Links)> CubeMesh =
    [
        (0, 1, 1), (0, 2, 1), (0, 3, 2), (0, 4, 2), (1, 2, 2), (1, 3, 1), (1, 5, 2), (2, 3, 2), (2, 6, 1), (3, 7, 1), (4, 5, 1), (4, 6, 1), (4, 7, 2), (5, 6, 2), (5, 7, 1), (6, 7, 2),
    ];

    // By places in the list: hives alternate.
    [TestCase(1, "0 1 2 3 4 5 6 7", "", "0")]
    [TestCase(2, "0 1 2 3 4 5 6 7", "", "0 2")]
    [TestCase(4, "0 1 2 3 4 5 6 7", "", "0 2 4 6")]
    [TestCase(4, "0 1 2 3 4 5 6 7", "5", "1 3 5 7")]
    [TestCase(2, "1 2 3 5", "", "1 3")]
    [TestCase(3, "0 1 3 5", "", "1 3 5")]
    [TestCase(8, "0 1 2 3 4 5 6 7", "", "0 1 2 3 4 5 6 7")]
    public async Task Of_eight_MI210_those_of_one_hive_come_together(int count, string available, string wanted, string expected)
    {
        await PrepareAsync(ReadyHosts.Mi210Hives);
        await StartAgentAsync();

        Assert.That(await PreferredAsync(AmdGpu, count, available, wanted), Is.EqualTo(expected));
    }

    [TestCase(2, "0 1 2 3 4 5 6 7", "", "0 3")]
    [TestCase(2, "0 1 2 4 5", "", "1 2")]
    [TestCase(2, "0 1 2 3 4 5 6 7", "6", "5 6")]
    [TestCase(4, "0 1 2 3 4 5 6 7", "", "0 1 2 3")]
    [TestCase(4, "1 2 3 4 5 6 7", "", "4 5 6 7")]
    [TestCase(2, "0 5 6 7", "0", "0 5")]
    public async Task Of_eight_GPUs_with_NVLink_those_with_most_links_between_them_come_together(int count, string available, string wanted, string expected)
    {
        await PrepareAsync(new SimulatedHostOptions { Nvidia = new SimulatedNvidiaHostOptions() });
        TellLinks();
        await StartAgentAsync();

        Assert.That(await PreferredAsync(NvidiaGpu, count, available, wanted), Is.EqualTo(expected));
    }

    [Test]
    public async Task Shares_are_spread_over_the_GPUs_with_most_of_them_left()
    {
        await PrepareAsync(ReadyHosts.Mi210Pair);
        await StartAgentAsync(("replicas", 3));
        await Kubelet.ListAsync("amd.com/gpu.shared");

        Assert.That(await Kubelet.PreferAsync("amd.com/gpu.shared", ["0000:43:00.0::2", "0000:c3:00.0::0", "0000:c3:00.0::1"], [], 1), Is.EqualTo((string[])["0000:c3:00.0::0"]));
        Assert.That(await Kubelet.PreferAsync("amd.com/gpu.shared", ["0000:43:00.0::2", "0000:c3:00.0::0", "0000:c3:00.0::1"], [], 2), Is.EquivalentTo((string[])["0000:43:00.0::2", "0000:c3:00.0::0"]));
    }

    [Test]
    public async Task Memory_is_of_one_GPU_and_of_the_fullest_that_has_enough()
    {
        await PrepareAsync(ReadyHosts.Mi210Pair);
        await StartAgentAsync(("memorySlices", true));
        await Kubelet.ListAsync(Slices);
        string[] free = [.. Slice("0000:43:00.0", 40, 64), .. Slice("0000:c3:00.0", 0, 64)];

        Assert.That((await Kubelet.PreferAsync(Slices, free, [], 20)).Select(static id => id.Split("::")[0]).Distinct(), Is.EqualTo((string[])["0000:43:00.0"]));
        Assert.That((await Kubelet.PreferAsync(Slices, free, [], 30)).Select(static id => id.Split("::")[0]).Distinct(), Is.EqualTo((string[])["0000:c3:00.0"]));
    }

    private static IEnumerable<string> Slice(string gpu, int from, int to) => Enumerable.Range(from, to - from).Select(slice => $"{gpu}::m{slice}");

    private async Task<string> PreferredAsync(string resource, int count, string available, string wanted)
    {
        var list = await Kubelet.ListAsync(resource, static list => list.Healthy.Length == 8, "eight healthy GPUs");
        var chosen = await Kubelet.PreferAsync(resource, At(list, available), At(list, wanted), count);
        Assert.That(chosen, Is.Unique);
        return Places(list, chosen);
    }

    private static IEnumerable<string> At(PluginList list, string places) =>
        places.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(place => list.Ids[int.Parse(place, CultureInfo.InvariantCulture)]);

    // As `gpu-runtime devices --refresh` keeps what nvidia-smi has told.
    private void TellLinks()
    {
        var gpus = ((MixedMachine)Machine).Host.NvidiaGpus;
        Directory.CreateDirectory(Machine.StateDirectory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        File.WriteAllLines(
            Path.Combine(Machine.StateDirectory, "nvidia-gpus"),
            CubeMesh.Select(link => $"link {gpus[link.First].PciAddress} {gpus[link.Second].PciAddress} {link.Links}"));
    }
}

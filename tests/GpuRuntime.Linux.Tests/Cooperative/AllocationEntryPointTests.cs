namespace GpuRuntime.Linux.Tests.Cooperative;

/// <summary>Every function by which a program gets GPU memory, on a GPU that may have 1 MiB.</summary>
public sealed class AllocationEntryPointTests : CooperativeFixture
{
    private const int Most = 655360;

    private static readonly string[] Known =
    [
        "cuMemAlloc", "cuMemAlloc_v2", "cuMemAllocPitch", "cuMemAllocPitch_v2", "cuMemAllocManaged", "cuMemAllocAsync", "cuMemAllocAsync_ptsz",
        "cuMemAllocFromPoolAsync", "cuMemAllocFromPoolAsync_ptsz", "cuMemCreate", "cuArrayCreate", "cuArrayCreate_v2", "cuArray3DCreate",
        "cuArray3DCreate_v2", "cuMipmappedArrayCreate", "cuImportExternalMemory",
    ];

    private static readonly string[] Nodes = ["cuGraphAddMemAllocNode", "cuGraphAddNode", "cuGraphAddNode_v2"];

    private static readonly string[] Measured =
        ["cuMemImportFromShareableHandle", "cuMemPoolImportFromShareableHandle", "cuMemPoolImportPointer", "cuGreenCtxCreate"];

    private static readonly string[] Contexts = ["cuCtxCreate", "cuCtxCreate_v2", "cuCtxCreate_v3", "cuCtxCreate_v4"];

    [Test]
    public void Memory_of_a_known_size_is_counted_refused_at_the_limit_and_given_back_with_a_stand_in_driver(
        [ValueSource(nameof(Known))] string entry, [Values("dlsym", "deepbind", "proc", "proc1")] string way)
    {
        var lines = Container.Client(way, Story(entry));

        Assert.That(lines, Is.EqualTo(Told(entry, "truth 0 most 655360")));
    }

    [Test]
    public void A_graphs_node_is_counted_refused_at_the_limit_and_given_back_with_a_stand_in_driver(
        [ValueSource(nameof(Nodes))] string entry, [Values("dlsym", "proc")] string way)
    {
        var lines = Container.Client(way, Story(entry));

        // The stand-in takes memory for it when the graph is launched.
        Assert.That(lines, Is.EqualTo(Told(entry, "truth 0 most 0")));
    }

    [Test]
    public void What_no_argument_tells_is_measured_undone_beyond_the_limit_and_given_back_with_a_stand_in_driver(
        [ValueSource(nameof(Measured))] string entry, [Values("dlsym", "proc")] string way)
    {
        var lines = Container.Client(way, Story(entry));

        Assert.That(lines, Is.EqualTo(Told(entry, "truth 0 most 1310720")));
    }

    [Test]
    public void A_context_is_measured_undone_beyond_the_limit_and_given_back_with_a_stand_in_driver(
        [ValueSource(nameof(Contexts))] string entry, [Values("dlsym", "proc")] string way)
    {
        var lines = Container.Client(way,
            $"gpu 0 {entry} {Most} info {entry} {Most} nvml 0 free truth {entry} {Most} info free nvml 0 fail {entry} {Most} nvml 0");

        Assert.That(lines, Is.EqualTo(new[]
        {
            $"{entry} {Most} = 0", Info(393216), $"{entry} {Most} = 2", Nvml(Most), "free = 0", "truth 0 most 1310720",
            $"{entry} {Most} = 0", Info(393216), "free = 0", Nvml(0), $"{entry} {Most} = 999", Nvml(0),
        }));
    }

    [Test]
    public void A_primary_context_is_counted_once_and_given_back_with_its_last_release_with_a_stand_in_driver([Values("dlsym", "proc")] string way)
    {
        const string entry = "cuDevicePrimaryCtxRetain";
        var lines = Container.Client(way, $"gpu 0 {entry} {Most} {entry} {Most} info free info free nvml 0 {entry} 1200000 nvml 0 truth");

        Assert.That(lines, Is.EqualTo(new[]
        {
            $"{entry} {Most} = 0", $"{entry} {Most} = 0", Info(393216), "free = 0", Info(393216), "free = 0", Nvml(0),
            $"{entry} 1200000 = 2", Nvml(0), "truth 0 most 1200000",
        }));
    }

    [Test]
    public void A_free_that_the_driver_refuses_gives_nothing_back_with_a_stand_in_driver([ValueSource(nameof(Known))] string entry)
    {
        var lines = Container.Client($"device 0 {entry} {Most} fail free info {entry} {Most} free info");

        Assert.That(lines, Is.EqualTo(new[]
        {
            $"{entry} {Most} = 0", "free = 999", Info(393216), $"{entry} {Most} = 2", "free = 0", Info(1 << 20),
        }));
    }

    [TestCase("cuMemAllocAsync", "cuMemFree_v2")]
    [TestCase("cuMemAlloc_v2", "cuMemFreeAsync")]
    [TestCase("cuMemAllocFromPoolAsync", "cuMemFreeAsync_ptsz")]
    public void A_pointer_is_given_back_by_whichever_free_the_program_uses_with_a_stand_in_driver(string entry, string free)
    {
        var lines = Container.Client($"device 0 {entry} {Most} free-by {free} info");

        Assert.That(lines, Is.EqualTo(new[] { $"{entry} {Most} = 0", $"{free} = 0", Info(1 << 20) }));
    }

    // Granted, refused, freed, granted again, freed; refused by the driver itself, and again nothing is counted.
    private static string Story(string entry) =>
        $"device 0 {entry} {Most} {entry} {Most} info nvml 0 free {entry} {Most} free info fail {entry} {Most} info {entry} {Most} free truth";

    private static string[] Told(string entry, string truth) =>
    [
        $"{entry} {Most} = 0", $"{entry} {Most} = 2", Info(393216), Nvml(Most), "free = 0", $"{entry} {Most} = 0", "free = 0", Info(1 << 20),
        $"{entry} {Most} = 999", Info(1 << 20), $"{entry} {Most} = 0", "free = 0", truth,
    ];
}

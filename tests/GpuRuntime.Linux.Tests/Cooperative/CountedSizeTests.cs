namespace GpuRuntime.Linux.Tests.Cooperative;

/// <summary>How much is counted, and on which GPU, where that is not plain from the call.</summary>
public sealed class CountedSizeTests : CooperativeFixture
{
    [Test]
    public void Sizes_that_overflow_are_refused_and_count_as_nothing_with_a_stand_in_driver()
    {
        var lines = Container.Client(
            "device 0 cuMemAlloc_v2 0xffffffffffffffff cuMemAlloc_v2 0xfffffffffffffe00 pitch 0x7fffffffffffffff 4 array 0x100000000 0x100000000 0x100000000 info truth");

        Assert.That(lines, Is.EqualTo(new[]
        {
            "cuMemAlloc_v2 18446744073709551615 = 2", "cuMemAlloc_v2 18446744073709551104 = 2", "pitch = 2", "array = 2", Info(1 << 20), "truth 0 most 0",
        }));
    }

    [Test]
    public void Rows_are_counted_as_wide_as_the_driver_made_them_with_a_stand_in_driver()
    {
        var lines = Container.Client("device 0 pitch 1 2000 info pitch 1 100 info truth");

        Assert.That(lines, Is.EqualTo(new[] { "pitch = 0", Info(24576), "pitch = 2", Info(24576), "truth 1024000 most 1075200" }));
    }

    [Test]
    public void An_array_of_a_format_that_is_not_known_is_measured_with_a_stand_in_driver()
    {
        var lines = Container.Client("device 0 blocks 2621440 info blocks 2621440 free info truth");

        Assert.That(lines, Is.EqualTo(new[] { "blocks = 0", Info(393216), "blocks = 2", "free = 0", Info(1 << 20), "truth 0 most 1310720" }));
    }

    [Test]
    public void A_sparse_array_and_the_hosts_memory_count_as_nothing_with_a_stand_in_driver()
    {
        var lines = Container.Client("device 0 sparse host-memory info");

        Assert.That(lines, Is.EqualTo(new[] { "sparse = 0", "host memory = 0", Info(1 << 20) }));
    }

    [Test]
    public void Physical_memory_is_counted_until_its_last_handle_and_mapping_are_gone_with_a_stand_in_driver()
    {
        var lines = Container.Client("device 0 cuMemCreate 655360 map free info cuMemAlloc_v2 655360 retain unmap info free info truth");

        Assert.That(lines, Is.EqualTo(new[]
        {
            "cuMemCreate 655360 = 0", "map = 0", "free = 0", Info(393216), "cuMemAlloc_v2 655360 = 2", "retain = 0", "unmap = 0", Info(393216),
            "free = 0", Info(1 << 20), "truth 0 most 655360",
        }));
    }

    [Test]
    public void What_the_driver_keeps_for_graphs_is_counted_until_it_is_trimmed_with_a_stand_in_driver()
    {
        var lines = Container.Client("device 0 cuGraphAddNode 655360 launch free info cuGraphAddNode 655360 trim info truth");

        Assert.That(lines, Is.EqualTo(new[]
        {
            "cuGraphAddNode 655360 = 0", "free = 0", Info(393216), "cuGraphAddNode 655360 = 2", "trim = 0", Info(1 << 20), "truth 0 most 655360",
        }));
    }

    [Test]
    public void An_allocation_that_is_recorded_belongs_to_the_graph_with_a_stand_in_driver()
    {
        var lines = Container.Client("device 0 record 300000 info destroy-recorded info");

        Assert.That(lines, Is.EqualTo(new[] { "record = 0", Info(748576), "destroy = 0", Info(1 << 20) }));
    }

    [Test]
    public void A_context_takes_all_that_was_allocated_in_it_along_with_a_stand_in_driver()
    {
        var lines = Container.Client("gpu 0 cuCtxCreate_v2 512 cuMemAlloc_v2 300000 cuArrayCreate_v2 262144 info destroy-context nvml 0 truth");

        Assert.That(lines, Is.EqualTo(new[]
        {
            "cuCtxCreate_v2 512 = 0", "cuMemAlloc_v2 300000 = 0", "cuArrayCreate_v2 262144 = 0", Info((1 << 20) - 512 - 300000 - 262144),
            "destroy-context = 0", Nvml(0), "truth 0 most 562656",
        }));
    }

    [TestCase("cuDevicePrimaryCtxReset")]
    [TestCase("cuDevicePrimaryCtxReset_v2")]
    public void A_reset_of_the_GPU_gives_all_of_the_primary_context_back_with_a_stand_in_driver(string reset)
    {
        var lines = Container.Client($"gpu 0 cuDevicePrimaryCtxRetain 512 cuMemAlloc_v2 655360 free-by {reset} nvml 0 truth");

        Assert.That(lines, Is.EqualTo(new[]
        {
            "cuDevicePrimaryCtxRetain 512 = 0", "cuMemAlloc_v2 655360 = 0", $"{reset} = 0", Nvml(0), "truth 0 most 655872",
        }));
    }

    [Test]
    public void Each_GPU_has_its_own_limit_and_one_without_a_line_has_none_with_a_stand_in_driver()
    {
        var lines = Container.Client("device 2 cuMemAlloc_v2 500000000 info device 1 cuMemAlloc_v2 2000000 cuMemAlloc_v2 200000 info nvml 1 device 0 info");

        Assert.That(lines, Is.EqualTo(new[]
        {
            "cuMemAlloc_v2 500000000 = 0", Info(573741824, 1 << 30), "cuMemAlloc_v2 2000000 = 0", "cuMemAlloc_v2 200000 = 2",
            Info(97152, 2 << 20), Nvml(2000000, 2 << 20), Info(1 << 20),
        }));
    }

    [Test]
    public void A_stream_or_pool_of_another_GPU_counts_there_with_a_stand_in_driver()
    {
        var lines = Container.Client("device 0 stream-of 1 1500000 info stream-of 1 1500000 pool 1 500000 pool 1 500000 pool 0 1000000 pool 2 500000000 info");

        Assert.That(lines, Is.EqualTo(new[]
        {
            "stream of 1 = 0", Info(1 << 20), "stream of 1 = 2", "pool of 1 = 0", "pool of 1 = 2", "pool of 0 = 0", "pool of 2 = 0", Info(48576),
        }));
    }
}

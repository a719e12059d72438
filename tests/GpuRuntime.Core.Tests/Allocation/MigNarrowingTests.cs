using System.Collections.Immutable;
using GpuRuntime.Core.Configuration;
using GpuRuntime.Core.Errors;
using GpuRuntime.Core.Inventory;

namespace GpuRuntime.Core.Tests.Allocation;

/// <summary>A divided GPU that is asked for as one, with a limit: the smallest of its devices that is free and has what is asked for.</summary>
public sealed class MigNarrowingTests
{
    private const long Gibibyte = AllocationScene.Gibibyte;

    // 20, 5, 10 and 5 GiB.
    private static readonly ImmutableArray<MigDevice> Devices =
    [
        new(0, 1, 0) { MemoryBytes = 20 * Gibibyte, ComputePercent = 42 },
        new(1, 7, 0) { MemoryBytes = 5 * Gibibyte, ComputePercent = 14 },
        new(2, 8, 0) { MemoryBytes = 10 * Gibibyte, ComputePercent = 28 },
        new(3, 9, 0) { MemoryBytes = 5 * Gibibyte, ComputePercent = 14 },
    ];

    [TestCase("memory=4GiB", "nvidia:0:1")]
    [TestCase("memory=5GiB", "nvidia:0:1")]
    [TestCase("memory=6GiB", "nvidia:0:2")]
    [TestCase("memory=20GiB", "nvidia:0:0")]
    public void The_smallest_that_is_large_enough_is_taken(string limit, string expected) =>
        Assert.That(Scene().Given($"device=0,{limit}"), Is.EqualTo(expected));

    [Test]
    public void A_device_that_is_held_is_passed_over()
    {
        var scene = Scene();
        scene.Holdings.Hold("one", exclusive: false, 0, "0000:01:00.0-gi7-ci0");

        Assert.That(scene.Given("device=0,memory=4GiB"), Is.EqualTo("nvidia:0:3"));
    }

    [Test]
    public void It_is_held_by_hardware_to_what_it_has()
    {
        var memory = Scene().Allocate("device=0,memory=6GiB").Units[0].Memory!;

        Assert.That((memory.LimitBytes, memory.EnforcedBytes, memory.Tier), Is.EqualTo((6 * Gibibyte, 10 * Gibibyte, LimitTier.Hardware)));
    }

    [Test]
    public void Where_none_is_large_enough_and_free_the_sentence_lists_them()
    {
        var scene = Scene();
        scene.Holdings.Hold("one", exclusive: true, 0, "0000:01:00.0-gi1-ci0");

        Assert.That(
            scene.Refused(ErrorCode.GpuHeld, "device=0,memory=12GiB"),
            Does.Contain("12288 MiB").And.Contain("nvidia:0:0 (20480 MiB, held)").And.Contain("nvidia:0:1 (5120 MiB)").And.Contain("nvidia:0:2 (10240 MiB)").And.Contain("gpu-runtime allocations"));
    }

    [Test]
    public void Where_none_is_large_enough_by_itself_that_is_no_matter_of_holders() =>
        Assert.That(Scene().Refused(ErrorCode.LimitUnavailable, "device=0,memory=21GiB"), Does.Contain("4 MIG devices").And.Contain("nvidia:0:3 (5120 MiB)"));

    [Test]
    public void Devices_of_unknown_size_are_told_to_be_asked_for()
    {
        var scene = Scene(Devices.Select(device => device with { MemoryBytes = null }));

        Assert.That(scene.Refused(ErrorCode.LimitUnavailable, "device=0,memory=4GiB"), Does.Contain("memory unknown").And.Contain("devices --refresh"));
    }

    [Test]
    public void Without_a_limit_the_GPU_comes_with_all_of_its_devices() =>
        Assert.That(Scene().Given("device=0"), Is.EqualTo("nvidia:0:0 nvidia:0:1 nvidia:0:2 nvidia:0:3"));

    [Test]
    public void A_device_that_is_named_is_given_and_no_other() =>
        Assert.That(Scene().Given("device=0:2,memory=4GiB"), Is.EqualTo("nvidia:0:2"));

    [Test]
    public void One_held_device_refuses_the_whole_GPU_to_one_alone()
    {
        var scene = Scene();
        scene.Holdings.Hold("one", exclusive: false, 0, "0000:01:00.0-gi9-ci0");

        Assert.That(scene.Refused(ErrorCode.GpuHeld, "device=0,mode=exclusive"), Does.Contain("nvidia:0:3").And.Contain("container one"));
    }

    [Test]
    public void A_number_of_GPUs_takes_the_divided_one_with_a_device_that_is_large_enough_and_free()
    {
        var scene = new AllocationScene { Gpus = [AllocationScene.Card(0) with { MigDevices = Devices }, AllocationScene.Card(1)] };

        using (Assert.EnterMultipleScope())
        {
            Assert.That(scene.Given("1,memory=6GiB"), Is.EqualTo("nvidia:0:2"), "an instance of the hardware's comes before a share of a GPU");
            Assert.That(scene.Given("1,memory=22GiB"), Is.EqualTo("nvidia:1"));
        }
    }

    private static AllocationScene Scene(IEnumerable<MigDevice>? devices = null) => new() { Gpus = [AllocationScene.Card(0) with { MigDevices = [.. devices ?? Devices] }] };
}

using GpuRuntime.Core.Configuration;
using GpuRuntime.Core.Errors;

namespace GpuRuntime.Core.Tests.Allocation;

/// <summary>Memory limits on a GPU of 24 GiB: their sum fits, unless the configuration says that it need not.</summary>
public sealed class MemoryAdmissionTests
{
    private const long Gibibyte = AllocationScene.Gibibyte;

    private static readonly RuntimeConfiguration Overcommitted = RuntimeConfiguration.Default with { Overcommit = true };

    [Test]
    public void A_limit_is_recorded_with_the_tier_that_holds_it()
    {
        var memory = new AllocationScene().Allocate("device=0,memory=8GiB").Units[0].Memory!;

        Assert.That((memory.LimitBytes, memory.EnforcedBytes, memory.Tier), Is.EqualTo((8 * Gibibyte, 8 * Gibibyte, LimitTier.Watchdog)));
    }

    [TestCase(16, true)]
    [TestCase(17, false)]
    public void Limits_add_up_to_the_GPUs_memory_at_most(int other, bool given)
    {
        var scene = new AllocationScene().Limited("one", 10 * Gibibyte, 0).Limited("two", (other - 10) * Gibibyte, 0);

        if (given)
            Assert.That(scene.Given("device=0,memory=8GiB"), Is.EqualTo("nvidia:0"));
        else
            Assert.That(scene.Refused(ErrorCode.MemoryExhausted, "device=0,memory=8GiB"), Does.Contain("8192 MiB of nvidia:0").And.Contain("24576 MiB").And.Contain("17408 MiB").And.Contain("ask for less").And.Contain("limits.overcommit"));
    }

    [Test]
    public void Containers_without_a_limit_take_nothing_from_those_with_one() =>
        Assert.That(new AllocationScene().Shared("one", 0).Shared("two", 0).Given("device=0,memory=24GiB"), Is.EqualTo("nvidia:0"));

    [Test]
    public void A_container_without_a_limit_is_given_a_GPU_whose_memory_is_spoken_for() =>
        Assert.That(new AllocationScene().Limited("one", 24 * Gibibyte, 0).Given("device=0"), Is.EqualTo("nvidia:0"));

    [Test]
    public void More_than_the_GPU_has_is_refused_whoever_holds_it() =>
        Assert.That(new AllocationScene().Refused(ErrorCode.MemoryExhausted, "device=0,memory=25GiB"), Does.Contain("25600 MiB of nvidia:0").And.Contain("24576 MiB").And.Contain("ask for less"));

    [Test]
    public void With_overcommit_they_may_add_up_to_more() =>
        Assert.That(new AllocationScene { Configuration = Overcommitted }.Limited("one", 24 * Gibibyte, 0).Given("device=0,memory=8GiB"), Is.EqualTo("nvidia:0"));

    [Test]
    public void Sums_that_no_number_holds_leave_nothing() =>
        Assert.That(new AllocationScene().Limited("one", long.MaxValue, 0).Refused(ErrorCode.MemoryExhausted, "device=0,memory=1MiB"), Does.Contain("nvidia:0"));

    [Test]
    public void A_GPU_of_unknown_size_takes_limits_with_overcommit_alone()
    {
        var unknown = AllocationScene.Card(0) with { MemoryBytes = null };

        using (Assert.EnterMultipleScope())
        {
            Assert.That(new AllocationScene { Gpus = [unknown] }.Refused(ErrorCode.LimitUnavailable, "device=0,memory=8GiB"), Does.Contain("nvidia:0").And.Contain("not known").And.Contain("devices --refresh").And.Contain("limits.overcommit"));
            Assert.That(new AllocationScene { Gpus = [unknown], Configuration = Overcommitted }.Given("device=0,memory=8GiB"), Is.EqualTo("nvidia:0"));
        }
    }

    [Test]
    public void An_exclusive_holder_is_the_reason_before_memory_is() =>
        new AllocationScene().Exclusive("one", 0).Refused(ErrorCode.GpuHeld, "device=0,memory=25GiB");

    [Test]
    public void The_limit_holds_for_each_of_several_GPUs() =>
        Assert.That(new AllocationScene().Limited("one", 20 * Gibibyte, 1).Refused(ErrorCode.MemoryExhausted, "device=0,1,memory=8GiB"), Does.Contain("of nvidia:1"));
}

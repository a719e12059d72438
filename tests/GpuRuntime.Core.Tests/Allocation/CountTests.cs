using GpuRuntime.Core.Configuration;
using GpuRuntime.Core.Errors;

namespace GpuRuntime.Core.Tests.Allocation;

/// <summary>A number of GPUs: those that may be had, the least held first.</summary>
public sealed class CountTests
{
    [Test]
    public void A_number_takes_the_GPUs_that_nobody_holds() =>
        Assert.That(new AllocationScene().Shared("one", 0).Shared("two", 2).Given("2"), Is.EqualTo("nvidia:1 nvidia:3"));

    [Test]
    public void Where_all_are_held_the_least_held_are_taken() =>
        Assert.That(new AllocationScene().Shared("one", 0, 1, 2, 3).Shared("two", 0, 3).Given("2"), Is.EqualTo("nvidia:1 nvidia:2"));

    [Test]
    public void GPUs_that_others_have_for_themselves_are_left_out_even_where_a_shared_one_has_to_do() =>
        Assert.That(new AllocationScene().Exclusive("one", 0, 1, 2).Shared("two", 3).Given("1"), Is.EqualTo("nvidia:3"));

    [Test]
    public void Exclusive_ones_are_taken_from_those_that_nobody_holds() =>
        Assert.That(new AllocationScene().Shared("one", 0).Exclusive("two", 1).Given("2,mode=exclusive"), Is.EqualTo("nvidia:2 nvidia:3"));

    [Test]
    public void Too_few_that_can_be_had_are_told_in_numbers()
    {
        var scene = new AllocationScene().Exclusive("one", 0).Shared("two", 1, 2);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(scene.Refused(ErrorCode.GpuHeld, "2,mode=exclusive"), Does.Contain("2 GPUs for itself alone").And.Contain("1 of 4 can be had").And.Contain("gpu-runtime allocations"));
            Assert.That(scene.Refused(ErrorCode.GpuHeld, "4"), Does.Contain("4 GPUs").And.Contain("3 of 4 can be had"));
        }
    }

    [Test]
    public void GPUs_with_as_many_holders_as_may_be_are_left_out()
    {
        var scene = new AllocationScene { Configuration = RuntimeConfiguration.Default with { MaxHolders = 1 } }.Shared("one", 0, 1, 2);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(scene.Given("1"), Is.EqualTo("nvidia:3"));
            Assert.That(scene.Refused(ErrorCode.GpuHeld, "2"), Does.Contain("1 of 4 can be had"));
        }
    }

    [Test]
    public void GPUs_without_enough_memory_left_are_passed_over() =>
        Assert.That(new AllocationScene().Limited("one", 20 * AllocationScene.Gibibyte, 0, 1).Given("2,memory=8GiB"), Is.EqualTo("nvidia:2 nvidia:3"));

    [Test]
    public void Where_memory_is_what_lacks_the_sentence_says_so() =>
        Assert.That(new AllocationScene().Limited("one", 20 * AllocationScene.Gibibyte, 0, 1, 2).Refused(ErrorCode.MemoryExhausted, "2,memory=8GiB"), Does.Contain("8192 MiB").And.Contain("20480 MiB"));

    [Test]
    public void The_same_holdings_give_the_same_GPUs_every_time()
    {
        var scene = new AllocationScene { Gpus = AllocationScene.Cards(8) }.Shared("one", 0, 5);

        Assert.That(Enumerable.Range(0, 20).Select(_ => scene.Given("3")).Distinct(), Has.Exactly(1).Items);
    }
}

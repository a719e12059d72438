using GpuRuntime.Core.Configuration;
using GpuRuntime.Core.Errors;
using GpuRuntime.Core.Requests;

namespace GpuRuntime.Core.Tests.Allocation;

/// <summary>Who may have a GPU that others hold.</summary>
public sealed class SharingTests
{
    [Test]
    public void Containers_share_a_GPU_by_default() =>
        Assert.That(new AllocationScene().Shared("one", 0).Shared("two", 0).Given("device=0"), Is.EqualTo("nvidia:0"));

    [Test]
    public void What_is_given_says_the_mode_and_where_the_GPU_is()
    {
        var allocation = new AllocationScene().Allocate("device=1,mode=exclusive");

        using (Assert.EnterMultipleScope())
        {
            Assert.That(allocation.Mode, Is.EqualTo(SharingMode.Exclusive));
            Assert.That(allocation.Units, Has.Length.EqualTo(1));
            Assert.That(allocation.Units[0].Name, Is.EqualTo("0000:02:00.0"));
            Assert.That(allocation.Units[0].PciAddress.ToString(), Is.EqualTo("0000:02:00.0"));
            Assert.That(allocation.Units[0].Uuid, Does.EndWith("1"));
            Assert.That((allocation.Units[0].Memory, allocation.Units[0].Compute), Is.EqualTo(((object?)null, (object?)null)));
        }
    }

    [Test]
    public void A_GPU_that_a_container_has_for_itself_is_refused_and_the_sentence_names_both_and_the_cure([Values("device=2", "device=2,mode=exclusive")] string request)
    {
        var sentence = new AllocationScene().Exclusive("trainer", 2).Refused(ErrorCode.GpuHeld, request);

        Assert.That(sentence, Does.Contain("nvidia:2").And.Contain("container trainer holds for itself").And.Contain("name another GPU").And.Contain("gpu-runtime allocations"));
    }

    [Test]
    public void A_GPU_that_is_shared_is_not_given_to_one_alone()
    {
        var sentence = new AllocationScene().Shared("one", 2).Refused(ErrorCode.GpuHeld, "device=2,mode=exclusive");

        Assert.That(sentence, Does.Contain("nvidia:2").And.Contain("for itself alone").And.Contain("container one holds it").And.Contain("name another GPU").And.Contain("gpu-runtime allocations"));
    }

    [Test]
    public void A_free_GPU_beside_a_held_one_is_given_to_one_alone() =>
        Assert.That(new AllocationScene().Shared("one", 0).Exclusive("two", 1).Given("device=2-3,mode=exclusive"), Is.EqualTo("nvidia:2 nvidia:3"));

    [Test]
    public void One_held_GPU_among_all_refuses_all() =>
        Assert.That(new AllocationScene().Shared("one", 3).Refused(ErrorCode.GpuHeld, "all,mode=exclusive"), Does.Contain("nvidia:3").And.Contain("container one"));

    [Test]
    public void Of_many_holders_three_are_named()
    {
        var scene = new AllocationScene();
        foreach (var name in (string[])["a", "b", "c", "d", "e"])
            scene.Shared(name, 0);

        Assert.That(scene.Refused(ErrorCode.GpuHeld, "device=0,mode=exclusive"), Does.Contain("containers a, b, c and 2 more"));
    }

    [Test]
    public void A_name_with_control_characters_is_printed_without_them() =>
        Assert.That(new AllocationScene().Exclusive("\u001b[2Jx\n", 0).Refused(ErrorCode.GpuHeld, "device=0"), Does.Contain("container ?[2Jx?"));

    [TestCase(1, 0, true)]
    [TestCase(1, 1, false)]
    [TestCase(2, 1, true)]
    [TestCase(2, 2, false)]
    [TestCase(0, 50, true)]
    public void So_many_containers_share_a_GPU_as_the_configuration_allows(int most, int holders, bool given)
    {
        var scene = new AllocationScene { Configuration = RuntimeConfiguration.Default with { MaxHolders = most } };
        for (var holder = 0; holder < holders; holder++)
            scene.Shared($"c{holder}", 0);

        if (given)
            Assert.That(scene.Given("device=0"), Is.EqualTo("nvidia:0"));
        else
            Assert.That(scene.Refused(ErrorCode.GpuHeld, "device=0"), Does.Contain("nvidia:0").And.Contain($"{holders} containers").And.Contain("allocation.maxHolders").And.Contain("gpu-runtime allocations"));
    }
}

using System.Collections.Immutable;
using GpuRuntime.TestHosts;

namespace GpuRuntime.Core.Tests.Vendors.Intel;

/// <summary>The memory of Intel's cards, where a file tells it.</summary>
public sealed class XeMemoryTests
{
    [Test]
    public void The_dmem_controller_tells_a_card_on_xe_over_all_of_its_tiles_and_none_on_i915()
    {
        using var machine = MixedMachine.Create(ReadyHosts.IntelArcAndIgpu with
        {
            HasDmem = true,
            Intel = [ReadyHosts.IntelArcAndIgpu.Intel[0], ReadyHosts.IntelArcAndIgpu.Intel[1] with { TileBytes = [12UL << 30, 4UL << 30] }],
        });

        Assert.That(machine.Each(gpu => gpu.MemoryBytes >> 30), Is.EqualTo("- 16"));
    }

    [Test]
    public void Without_the_controller_it_is_unknown()
    {
        using var machine = MixedMachine.Create(ReadyHosts.IntelArcAndIgpu);

        Assert.That(machine.Each(gpu => gpu.MemoryBytes), Is.EqualTo("- -"));
    }

    [Test]
    public void A_virtual_function_has_its_quota()
    {
        using var machine = MixedMachine.Create(ReadyHosts.IntelSriov);

        Assert.That(machine.Each(gpu => gpu.MemoryBytes >> 30), Is.EqualTo("- 8"));
    }

    // The link to the second is virtfn1, its quota is that of vf2.
    [Test]
    public void Each_virtual_function_has_its_own_quota()
    {
        using var machine = MixedMachine.Create(Functions([8UL << 30, 4UL << 30]));

        Assert.That(machine.Each(gpu => gpu.MemoryBytes >> 30), Is.EqualTo("- 8 4"));
    }

    [Test]
    public void A_quota_of_nothing_or_of_another_form_is_unknown()
    {
        using var machine = MixedMachine.Create(Functions([0, 0]));
        File.WriteAllText(machine.PciPath("0000:4d:00.0", "sriov_admin/vf2/profile/vram_quota"), "4G\n");

        Assert.That(machine.Each(gpu => gpu.MemoryBytes), Is.EqualTo("- - -"));
    }

    [Test]
    public void A_kernel_that_tells_no_quota_may_count_the_function_in_its_dmem_controller()
    {
        var host = Functions([]);
        using var machine = MixedMachine.Create(host with { HasDmem = true, Intel = [.. host.Intel.Select((gpu, index) => gpu with { TileBytes = [(ulong)(index + 1) << 30] })] });

        Assert.That(machine.Each(gpu => gpu.MemoryBytes >> 30), Is.EqualTo("1 2 3"));
    }

    private static SimulatedHostOptions Functions(ImmutableArray<ulong> quotas) => ReadyHosts.IntelSriov with
    {
        Intel =
        [
            ReadyHosts.IntelSriov.Intel[0] with { VramQuotas = quotas },
            ReadyHosts.IntelSriov.Intel[1],
            ReadyHosts.IntelSriov.Intel[2] with { Driver = "xe", CardNumber = 3, RenderNumber = 130 },
        ],
    };
}

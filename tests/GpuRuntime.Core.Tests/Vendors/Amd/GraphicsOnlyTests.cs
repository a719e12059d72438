using GpuRuntime.Core.Tests.Selection;
using GpuRuntime.TestHosts;

namespace GpuRuntime.Core.Tests.Vendors.Amd;

/// <summary>GPUs that KFD does not know: of use for graphics and video, and no reason to open /dev/kfd.</summary>
public sealed class GraphicsOnlyTests
{
    private static readonly string[] Nodes = ["/dev/dri/card1", "/dev/dri/renderD128"];

    [Test]
    public void A_kernel_without_KFD_gives_them_without_its_node()
    {
        using var machine = MixedMachine.Create(ReadyHosts.NoKfd);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(machine.Each(gpu => gpu.HasCompute), Is.EqualTo("False False"));
            Assert.That(machine.Nodes("AMD_VISIBLE_DEVICES=0"), Is.EqualTo(Nodes));
        }
    }

    [Test]
    public void A_card_of_radeon_is_one()
    {
        using var machine = MixedMachine.Create(ReadyHosts.LegacyRadeon);
        var gpu = machine.Gpus.Single();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(gpu, Has.Property(nameof(gpu.Driver)).EqualTo("radeon").And.Property(nameof(gpu.HasCompute)).False.And.Property(nameof(gpu.HipIndex)).Null);
            Assert.That(machine.Nodes("AMD_VISIBLE_DEVICES=all"), Is.EqualTo(Nodes));
        }
    }

    [Test]
    public void Beside_one_that_computes_it_gets_no_KFD_and_the_other_does()
    {
        using var machine = MixedMachine.Create(OldBesideNew);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(machine.Each(gpu => gpu.HipIndex), Is.EqualTo("- 0"));
            Assert.That(machine.Nodes("AMD_VISIBLE_DEVICES=0"), Does.Not.Contain("/dev/kfd"));
            Assert.That(machine.Nodes("AMD_VISIBLE_DEVICES=1"), Does.Contain("/dev/kfd"));
            Assert.That(machine.Nodes("AMD_VISIBLE_DEVICES=all").Count(path => path == "/dev/kfd"), Is.EqualTo(1));
        }
    }

    [Test]
    public void A_count_takes_those_that_compute_first()
    {
        using var machine = MixedMachine.Create(OldBesideNew);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(machine.Gpus.Selected("1"), Is.EqualTo("amd:1"));
            Assert.That(machine.Gpus.Selected("2"), Is.EqualTo("amd:0 amd:1"));
        }
    }

    // As in a restricted cgroup, where the kernel refuses to read a GPU's node.
    [Test]
    public void A_GPU_whose_KFD_files_cannot_be_read_is_one()
    {
        using var machine = MixedMachine.Create(ReadyHosts.Mi210Pair);
        File.Delete(machine.Host.SysRoot + "/class/kfd/kfd/topology/nodes/2/properties");

        Assert.That(machine.Each(gpu => gpu.HipIndex), Is.EqualTo("0 -"));
    }

    private static SimulatedHostOptions OldBesideNew => new()
    {
        Amd =
        [
            new SimulatedAmdGpu { PciAddress = "0000:03:00.0", DeviceId = "0x67df", CardNumber = 0, RenderNumber = 128, HasKfd = false },
            new SimulatedAmdGpu { PciAddress = "0000:0a:00.0", DeviceId = "0x744c", CardNumber = 1, RenderNumber = 129 },
        ],
    };
}

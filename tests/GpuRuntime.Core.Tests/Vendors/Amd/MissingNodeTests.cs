using GpuRuntime.Core.Errors;
using GpuRuntime.TestHosts;

namespace GpuRuntime.Core.Tests.Vendors.Amd;

/// <summary>A /dev that lacks what the kernel has registered.</summary>
public sealed class MissingNodeTests
{
    [Test]
    public void KFDs_numbers_come_from_sysfs_where_dev_has_no_node()
    {
        using var machine = MixedMachine.Create(ReadyHosts.Mi210Pair with { Kfd = new KfdOptions { Major = 239 }, MissingNodes = ["kfd"] });
        var kfd = machine.Plan("AMD_VISIBLE_DEVICES=0")!.DeviceNodes.Single(node => node.Path == "/dev/kfd");

        using (Assert.EnterMultipleScope())
        {
            Assert.That((kfd.Major, kfd.Minor), Is.EqualTo((239u, 0u)));
            Assert.That(kfd.MissingOnHost, Is.True);
            Assert.That(kfd.HostPath, Is.EqualTo(Path.Combine(machine.Host.DevRoot, "kfd")));
            Assert.That(machine.Each(gpu => gpu.HasCompute), Is.EqualTo("True True"));
        }
    }

    [TestCase("")]
    [TestCase("235")]
    [TestCase("235:0:0")]
    [TestCase("-1:0")]
    [TestCase("kfd:0")]
    [TestCase("99999999999:0")]
    public void Without_a_node_or_a_number_the_GPUs_are_for_graphics_alone(string number)
    {
        using var machine = MixedMachine.Create(ReadyHosts.Mi210Pair with { MissingNodes = ["kfd"] });
        File.WriteAllText(machine.Host.SysRoot + "/class/kfd/kfd/dev", number);

        Assert.That(machine.Each(gpu => gpu.HasCompute), Is.EqualTo("False False"));
    }

    [TestCase("dri/renderD129")]
    [TestCase("dri/card1")]
    public void A_GPU_without_its_DRM_node_fails_the_create_with_a_cure_and_the_others_are_given(string missing)
    {
        using var machine = MixedMachine.Create(ReadyHosts.Mi210Pair with { MissingNodes = [missing] });

        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                Refusal.Of(ErrorCode.DeviceNodeMissing, () => machine.Plan("AMD_VISIBLE_DEVICES=1")),
                Does.Contain(Path.Combine(machine.Host.DevRoot, missing)).And.Contain("amd:1 (0000:c3:00.0)").And.Contain("udevadm trigger"));
            Refusal.Of(ErrorCode.DeviceNodeMissing, () => machine.Plan("AMD_VISIBLE_DEVICES=all"));
            Assert.That(machine.Nodes("AMD_VISIBLE_DEVICES=0"), Does.Contain("/dev/dri/renderD128"));
        }
    }

    [Test]
    public void A_GPU_without_its_render_node_is_still_listed_and_known_to_KFD()
    {
        using var machine = MixedMachine.Create(ReadyHosts.Mi210Pair with { MissingNodes = ["dri/renderD129"] });

        Assert.That(machine.Each(gpu => gpu.HipIndex), Is.EqualTo("1 0"));
    }

    [Test]
    public void A_partition_without_its_DRM_node_fails_like_a_GPU()
    {
        using var machine = MixedMachine.Create(ReadyHosts.PartitionedMi300);
        var render = $"dri/renderD{machine.Host.AmdPartitions[2].RenderNumber}";
        File.Delete(Path.Combine(machine.Host.DevRoot, render));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(Refusal.Of(ErrorCode.DeviceNodeMissing, () => machine.Plan("AMD_VISIBLE_DEVICES=2")), Does.Contain(render).And.Contain("amd:2"));
            Assert.That(machine.Nodes("AMD_VISIBLE_DEVICES=3"), Is.Not.Empty);
        }
    }

    [Test]
    public void A_partition_that_KFD_lists_and_DRM_has_not_fails_as_well()
    {
        using var machine = MixedMachine.Create(ReadyHosts.PartitionedMi300);
        var render = $"renderD{machine.Host.AmdPartitions[2].RenderNumber}";
        File.Delete(Path.Combine(machine.Host.SysRoot, "class/drm", render));

        Assert.That(Refusal.Of(ErrorCode.DeviceNodeMissing, () => machine.Plan("AMD_VISIBLE_DEVICES=2")), Does.Contain(render).And.Contain("amd:2"));
    }

    // A regular file or a directory in its place is no device.
    [Test]
    public void What_is_no_character_device_is_no_node()
    {
        using var machine = MixedMachine.Create(ReadyHosts.Mi210Pair with { MissingNodes = ["dri/renderD129", "kfd"] });
        File.WriteAllText(Path.Combine(machine.Host.DevRoot, "dri/renderD129"), "");
        Directory.CreateDirectory(Path.Combine(machine.Host.DevRoot, "kfd"));

        using (Assert.EnterMultipleScope())
        {
            Refusal.Of(ErrorCode.DeviceNodeMissing, () => machine.Plan("AMD_VISIBLE_DEVICES=1"));
            Assert.That(machine.Plan("AMD_VISIBLE_DEVICES=0")!.DeviceNodes.Single(node => node.Path == "/dev/kfd").MissingOnHost, Is.True);
        }
    }
}

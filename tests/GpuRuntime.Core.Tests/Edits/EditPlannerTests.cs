using GpuRuntime.Core.Configuration;
using GpuRuntime.Core.Edits;
using GpuRuntime.Core.Errors;
using GpuRuntime.Core.Requests;

namespace GpuRuntime.Core.Tests.Edits;

public sealed class EditPlannerTests : MachineFixture
{
    [Test]
    public void A_memory_limit_that_nothing_here_can_hold_is_refused_with_what_each_tier_lacks() => Assert.That(
        Refusal.Of(ErrorCode.LimitUnavailable, () => Machine.Plan(Machine.Configuration with { Overcommit = true }, "GPU_RUNTIME_GPUS=device=0,memory=2GB")),
        Is.EqualTo(
            "GPU_RUNTIME_GPUS: nothing here can hold the container to 1907 MiB of nvidia:0 as strongly as limits.minimumTier (watchdog) wants. "
            + $"hardware: nvidia:0 is a whole GPU; kernel: cgroup version 2 is not mounted at {Host.SysRoot}/fs/cgroup; "
            + "watchdog: gpu-runtime-agent is not running (systemctl start gpu-runtime-agent)."));

    [TestCase(LimitTier.Hardware, "hardware: ")]
    [TestCase(LimitTier.Kernel, "hardware: , kernel: ")]
    [TestCase(LimitTier.Watchdog, "hardware: , kernel: , watchdog: ")]
    [TestCase(LimitTier.Cooperative, "hardware: , kernel: , watchdog: , cooperative: ")]
    public void The_tiers_that_the_configuration_accepts_are_gone_through_and_no_others(LimitTier least, string tiers)
    {
        var sentence = Refusal.Of(ErrorCode.LimitUnavailable, () => Machine.Plan(Machine.Configuration with { MinimumTier = least, Overcommit = true }, "GPU_RUNTIME_GPUS=all,memory=2GB"));

        using (Assert.EnterMultipleScope())
        {
            foreach (var tier in (string[])["hardware: ", "kernel: ", "watchdog: ", "cooperative: "])
                Assert.That(sentence.Contains(tier, StringComparison.Ordinal), Is.EqualTo(tiers.Contains(tier, StringComparison.Ordinal)), tier);
        }
    }

    [Test]
    public void A_memory_limit_on_a_GPU_of_unknown_size_is_refused_with_the_cure() => Assert.That(
        Refusal.Of(ErrorCode.LimitUnavailable, () => Machine.Plan("GPU_RUNTIME_GPUS=device=0,memory=2GB")),
        Does.StartWith("GPU_RUNTIME_GPUS: how much memory nvidia:0 has is not known").And.Contain("gpu-runtime devices --refresh").And.Contain("limits.overcommit"));

    [Test]
    public void A_compute_share_that_nothing_here_can_hold_is_refused_and_never_a_silent_promise() => Assert.That(
        Refusal.Of(ErrorCode.LimitUnavailable, () => Machine.Plan("GPU_RUNTIME_GPUS=all,compute=50%")),
        Does.StartWith("GPU_RUNTIME_GPUS: nothing here can hold the container to 50% of nvidia:0").And.Contain("limits.minimumComputeTier (cooperative)").And.Contain("limits.mps.pipeDirectory"));

    [TestCase("memory=1048575", "1048575 bytes")]
    [TestCase("memory=1KiB", "1024 bytes")]
    public void A_memory_limit_below_one_MiB_is_refused(string limit, string named) => Assert.That(
        Refusal.Of(ErrorCode.RequestInvalid, () => Machine.Plan($"GPU_RUNTIME_GPUS=all,{limit}")), Is.EqualTo($"GPU_RUNTIME_GPUS: a memory limit of {named} is less than 1 MiB; ask for more."));

    [Test]
    public void An_option_that_no_vendor_knows_fails_and_is_named() =>
        Assert.That(
            Refusal.Of(ErrorCode.RequestUnsupported, () => Machine.Plan("GPU_RUNTIME_GPUS=all,options=profile=1g,x=y")), Does.Contain("profile").And.Contain("\"x\"").And.Contain("leave options= out"));

    [TestCase("GPU_RUNTIME_GPUS=all,mode=shared")]
    [TestCase("GPU_RUNTIME_GPUS=all,mode=exclusive")]
    [TestCase("NVIDIA_VISIBLE_DEVICES=all")]
    public void Sharing_and_exclusive_use_need_nothing_in_the_container(string entry) => Assert.That(Machine.Plan(entry), Is.Not.Null);

    [TestCase("NVIDIA_VISIBLE_DEVICES=void")]
    [TestCase("DOCKER_RESOURCE_SSD=3")]
    [TestCase("PATH=/bin")]
    public void What_asks_for_nothing_has_no_plan(string entry) => Assert.That(Machine.Plan(entry), Is.Null);

    [Test]
    public void Swarm_names_GPUs_by_UUID_and_by_number()
    {
        var gpu = Host.Gpus[6];

        using (Assert.EnterMultipleScope())
        {
            Assert.That(Machine.Plan($"DOCKER_RESOURCE_NVIDIA-GPU={gpu.Uuid}")!.DeviceNodes.Select(node => node.Path), Does.Contain($"/dev/nvidia{gpu.Minor}"));
            Assert.That(Machine.Plan("DOCKER_RESOURCE_GPU=3")!.DeviceNodes.Count(node => node.Major == 195), Is.EqualTo(4), "three GPUs and nvidiactl");
        }
    }

    [Test]
    public void An_unknown_capability_fails_the_plan() =>
        Assert.That(Refusal.Of(ErrorCode.CapabilityUnknown, () => Machine.Plan("NVIDIA_VISIBLE_DEVICES=0", "NVIDIA_DRIVER_CAPABILITIES=cuda")), Does.Contain("\"cuda\""));

    [Test]
    public void Joined_edits_say_everything_once()
    {
        var one = Machine.Plan("NVIDIA_VISIBLE_DEVICES=0,1", "NVIDIA_DRIVER_CAPABILITIES=all")!;
        var other = Machine.Plan("NVIDIA_VISIBLE_DEVICES=1,2", "NVIDIA_DRIVER_CAPABILITIES=all")!;
        var three = Machine.Plan("NVIDIA_VISIBLE_DEVICES=0-2", "NVIDIA_DRIVER_CAPABILITIES=all")!;

        var joined = ContainerEdits.Join(one, other);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(joined.DeviceNodes, Is.EquivalentTo(three.DeviceNodes));
            Assert.That(joined.Mounts, Is.EquivalentTo(three.Mounts));
            Assert.That(joined.Symlinks, Is.EquivalentTo(three.Symlinks));
            Assert.That(joined.Libraries, Is.EquivalentTo(three.Libraries));
            Assert.That(joined.AdditionalGids, Is.EqualTo(three.AdditionalGids));
            Assert.That(joined.GeneratedFiles, Has.Length.EqualTo(1));
        }
    }

    [Test]
    public void Nothing_joined_to_edits_changes_nothing() =>
        Assert.That(ContainerEdits.Join(ContainerEdits.Empty, Machine.Plan("NVIDIA_VISIBLE_DEVICES=0")!).Mounts, Is.EqualTo(Machine.Plan("NVIDIA_VISIBLE_DEVICES=0")!.Mounts));

    [Test]
    public void A_container_that_must_not_ask_is_not_planned_for()
    {
        var facts = new ContainerFacts { Environment = new ContainerEnvironment(["NVIDIA_VISIBLE_DEVICES=all"]) };

        Assert.That(RequestReader.Read(facts, Machine.Configuration with { AcceptEnvUnprivileged = false }, out _), Is.Null);
    }
}

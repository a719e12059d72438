using GpuRuntime.Core.Configuration;
using GpuRuntime.Core.Edits;
using GpuRuntime.Core.Errors;
using GpuRuntime.Core.Requests;

namespace GpuRuntime.Core.Tests.Edits;

public sealed class EditPlannerTests : MachineFixture
{
    [TestCase("all,memory=2GB", "2000000000 bytes")]
    [TestCase("all,compute=50%", "50%")]
    [TestCase("all,mode=exclusive", "exclusive")]
    public void A_limit_that_nothing_enforces_fails_and_is_never_a_silent_promise(string request, string named)
    {
        var sentence = Refusal.Of(ErrorCode.LimitUnavailable, () => Machine.Plan($"GPU_RUNTIME_GPUS={request}"));

        Assert.That(sentence, Does.StartWith("GPU_RUNTIME_GPUS").And.Contain(named).And.Contain("limits.minimumTier is watchdog"));
    }

    [Test]
    public void The_configured_tier_is_named() =>
        Assert.That(
            Refusal.Of(ErrorCode.LimitUnavailable, () => Machine.Plan(Machine.Configuration with { MinimumTier = LimitTier.Cooperative }, "GPU_RUNTIME_GPUS=all,memory=2GB")),
            Does.Contain("cooperative"));

    [Test]
    public void An_option_that_no_vendor_knows_fails_and_is_named() =>
        Assert.That(
            Refusal.Of(ErrorCode.RequestUnsupported, () => Machine.Plan("GPU_RUNTIME_GPUS=all,options=profile=1g,x=y")), Does.Contain("profile").And.Contain("\"x\"").And.Contain("leave options= out"));

    [TestCase("GPU_RUNTIME_GPUS=all,mode=shared")]
    [TestCase("NVIDIA_VISIBLE_DEVICES=all")]
    public void Sharing_needs_nobody_to_enforce_it(string entry) => Assert.That(Machine.Plan(entry), Is.Not.Null);

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

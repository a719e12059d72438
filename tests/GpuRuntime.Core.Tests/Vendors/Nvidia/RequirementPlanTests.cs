using GpuRuntime.Core.Errors;

namespace GpuRuntime.Core.Tests.Vendors.Nvidia;

/// <summary>When an image's requirements count.</summary>
public sealed class RequirementPlanTests : MachineFixture
{
    [Test]
    public void An_unmet_requirement_fails_the_plan() =>
        Assert.That(
            Refusal.Of(ErrorCode.RequirementUnmet, () => Machine.Plan("NVIDIA_VISIBLE_DEVICES=0", "NVIDIA_REQUIRE_CUDA=cuda>=99.0")),
            Does.Contain("cuda>=99.0").And.Contain("550.163.01").And.Contain("12.4"));

    [Test]
    public void Without_a_GPU_nothing_is_required() => Assert.That(Machine.Plan("NVIDIA_VISIBLE_DEVICES=none", "NVIDIA_REQUIRE_CUDA=cuda>=99.0"), Is.Not.Null);

    [Test]
    public void A_container_that_asks_for_nothing_is_not_asked() => Assert.That(Machine.Plan("NVIDIA_REQUIRE_CUDA=cuda>=99.0"), Is.Null);

    [Test]
    public void A_legacy_image_gets_every_GPU_and_capability()
    {
        var plan = Machine.Plan("CUDA_VERSION=8.0.61")!;

        using (Assert.EnterMultipleScope())
        {
            Assert.That(plan.DeviceNodes.Count(node => node.Path.StartsWith("/dev/nvidia", StringComparison.Ordinal) && node.Minor < 8 && node.Major == 195), Is.EqualTo(8));
            Assert.That(PlannedFiles.Of(plan).Libraries, Does.Contain("libnvidia-ngx").And.Contain("libGLX_nvidia"));
            Refusal.Of(ErrorCode.RequirementUnmet, () => Machine.Plan("CUDA_VERSION=12.5"));
        }
    }
}

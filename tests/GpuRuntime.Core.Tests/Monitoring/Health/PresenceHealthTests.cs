using GpuRuntime.Core.Inventory;
using GpuRuntime.Core.Monitoring.Samples;

namespace GpuRuntime.Core.Tests.Monitoring.Health;

/// <summary>GPUs that are gone, do not answer, or that their driver has given up.</summary>
public sealed class PresenceHealthTests
{
    [Test]
    public void One_that_is_gone_is_lost_until_it_is_back_and_then_starts_anew()
    {
        var passes = new JudgedPasses();
        passes.Judge(passes.Xids((79, 1)));

        var reason = passes.Judge(new GpuSample(passes.Well.Gpu) { Problem = "it is not on this host any more" }, isPresent: false).Reasons.Single();

        Assert.That(reason.Code, Is.EqualTo("lost"));
        Assert.That(reason.Sentence, Does.StartWith("It is not on this host any more. ").And.Contain("reboot").And.Contain("on purpose"));
        Assert.That(passes.Judge(passes.Xids((79, 1))).IsHealthy, "its past went with it");
    }

    [Test]
    public void One_that_has_answered_and_does_not_for_ten_seconds_is_unhealthy_until_it_answers_for_ten()
    {
        var passes = new JudgedPasses();
        passes.Judge(passes.Well);

        Assert.That(passes.Judge(Silent(passes)).IsHealthy);
        Assert.That(passes.Judge(Silent(passes), seconds: 9).IsHealthy);
        Assert.That(passes.Codes(Silent(passes), seconds: 1), Is.EqualTo((string[])["not_responding"]));
        Assert.That(passes.Codes(passes.Well), Is.EqualTo((string[])["not_responding"]));
        Assert.That(passes.Codes(passes.Well, seconds: 9), Is.EqualTo((string[])["not_responding"]));
        Assert.That(passes.Judge(passes.Well, seconds: 1).IsHealthy);
    }

    [Test]
    public void One_that_has_never_answered_is_not_judged()
    {
        var passes = new JudgedPasses();

        Assert.That(passes.Judge(Silent(passes)).IsHealthy);
        Assert.That(passes.Judge(Silent(passes), seconds: 3600).IsHealthy);
    }

    [Test]
    public void One_that_tells_a_part_of_it_answers()
    {
        var passes = new JudgedPasses();
        passes.Judge(passes.Well);

        Assert.That(passes.Judge(passes.Well with { Problem = "its fans could not be read" }, seconds: 3600).IsHealthy);
        Assert.That(passes.Judge(passes.Well with { Problem = "its fans could not be read" }, seconds: 3600).IsHealthy);
    }

    [TestCase(GpuFault.Lost, "lost", "reboot the host")]
    [TestCase(GpuFault.ResetRequired, "reset_required", "reset the GPU")]
    [TestCase(GpuFault.Wedged, "wedged", "bind its driver anew")]
    [TestCase(GpuFault.FirmwareBroken, "firmware", "Write its firmware anew")]
    public void What_a_driver_says_counts_at_once_and_as_long_as_it_says_so(GpuFault fault, string code, string cure)
    {
        var passes = new JudgedPasses(GpuVendor.Intel);

        var reason = passes.Judge(Silent(passes) with { Fault = fault }).Reasons.Single();

        Assert.That(reason.Code, Is.EqualTo(code));
        Assert.That(reason.Cure, Does.Contain(cure));
        Assert.That(passes.Codes(Silent(passes)), Is.EqualTo((string[])[code]), "silence takes nothing back");
        Assert.That(passes.Judge(passes.Well).IsHealthy);
    }

    [Test]
    public void An_AMD_GPU_that_KFD_has_listed_and_lists_no_more_has_lost_compute()
    {
        var passes = new JudgedPasses(GpuVendor.Amd);
        var listed = passes.Well with { Gpu = passes.Well.Gpu with { KfdNode = 1 } };
        Assert.That(passes.Judge(passes.Well).IsHealthy, "graphics alone");
        Assert.That(passes.Judge(listed).IsHealthy);

        Assert.That(passes.Codes(passes.Well), Is.EqualTo((string[])["compute_lost"]));
        Assert.That(passes.Codes(passes.Well with { Resets = 3 }), Is.EqualTo((string[])["compute_lost"]));
        Assert.That(passes.Judge(listed).IsHealthy);
    }

    private static GpuSample Silent(JudgedPasses passes) => new(passes.Well.Gpu) { Problem = "reading it has not returned after 500 milliseconds" };
}

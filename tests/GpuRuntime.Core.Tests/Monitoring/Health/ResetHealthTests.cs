using GpuRuntime.Core.Monitoring.Samples;

namespace GpuRuntime.Core.Tests.Monitoring.Health;

/// <summary>By what a reset, or a driver that was loaded anew, is known.</summary>
public sealed class ResetHealthTests
{
    private static readonly Func<GpuSample, GpuSample> Resets = sample => sample with { Resets = (sample.Resets ?? 0) + 1 };

    private static IEnumerable<TestCaseData> Ways()
    {
        yield return Way("a count of resets that rises", before => before with { Resets = 2 }, Resets);
        yield return Way("energy that starts again", before => before with { EnergyJoules = 1e6 }, after => after with { EnergyJoules = 3 });
        yield return Way(
            "a counter of the driver's that starts again", before => before with { Errors = [new("umc", ErrorKind.Corrected, 5)] }, after => after with { Errors = [new("umc", ErrorKind.Corrected, 0)] });
        yield return Way("another version of the driver", before => Of(before, "550.163.01"), after => Of(after, "580.65.06"));

        static TestCaseData Way(string name, Func<GpuSample, GpuSample> before, Func<GpuSample, GpuSample> after) => new TestCaseData(before, after).SetArgDisplayNames(name);
    }

    [TestCaseSource(nameof(Ways))]
    public void What_was_before_counts_no_more(Func<GpuSample, GpuSample> before, Func<GpuSample, GpuSample> after)
    {
        var passes = new JudgedPasses();
        var sample = before(passes.Xids((95, 1)));
        Assert.That(passes.Codes(sample), Is.EqualTo((string[])["xid"]));
        Assert.That(passes.Codes(sample), Is.EqualTo((string[])["xid"]));

        Assert.That(passes.Judge(after(sample)).IsHealthy);
    }

    private static IEnumerable<TestCaseData> NoWays()
    {
        yield return Way("nothing told any more", _ => _, passes => passes.Well);
        yield return Way("nothing told before", _ => _, passes => Of(passes.Well with { Resets = 0, EnergyJoules = 1, Errors = [new("umc", ErrorKind.Corrected, 0)] }, "550.163.01"));
        yield return Way("a counter of the GPU's life", before => before with { Errors = [new("umc", ErrorKind.Corrected, 5, IsLifetime: true)] }, passes => passes.Errors(0, kind: ErrorKind.Corrected, isLifetime: true));
        yield return Way("energy that rises", before => before with { EnergyJoules = 5 }, passes => passes.Well with { EnergyJoules = 6 });

        static TestCaseData Way(string name, Func<GpuSample, GpuSample> before, Func<JudgedPassesView, GpuSample> after) => new TestCaseData(before, after).SetArgDisplayNames(name);
    }

    [TestCaseSource(nameof(NoWays))]
    public void What_is_no_reset_takes_nothing_back(Func<GpuSample, GpuSample> before, Func<JudgedPassesView, GpuSample> after)
    {
        var passes = new JudgedPasses();
        passes.Judge(before(passes.Xids((95, 1))));

        Assert.That(passes.Codes(after(new JudgedPassesView(passes.Well))), Is.EqualTo((string[])["xid"]));
    }

    private static GpuSample Of(GpuSample sample, string driver) => sample with { Gpu = sample.Gpu with { DriverVersion = driver } };

    /// <summary>What a case needs of <see cref="JudgedPasses"/>.</summary>
    public sealed record JudgedPassesView(GpuSample Well)
    {
        public GpuSample Errors(long count, ErrorKind kind, bool isLifetime) => Well with { Errors = [new ErrorCount("umc", kind, count, isLifetime)] };
    }
}

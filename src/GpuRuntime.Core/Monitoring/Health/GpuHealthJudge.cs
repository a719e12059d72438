using System.Collections.Immutable;
using GpuRuntime.Core.Monitoring.Samples;

namespace GpuRuntime.Core.Monitoring.Health;

/// <summary>
/// Judges one GPU, pass after pass, by what it tells now and has told before. docs/monitoring.md has the table of rules, and what makes each reason
/// go again.
/// </summary>
/// <param name="ignoredXids">XIDs that count for nothing.</param>
public sealed class GpuHealthJudge(IReadOnlySet<int> ignoredXids)
{
    private static readonly GpuHealth Gone = new(
    [
        new HealthReason(
            HealthCodes.Lost, "It is not on this host any more",
            "Look at dmesg; if it does not come back, reboot the host. If it was taken away on purpose, restart gpu-runtime-agent"),
    ]);

    private readonly ResetWatch _resets = new();

    private readonly ImmutableArray<IHealthRule> _rules =
        [new ResponseRule(), new XidRule(ignoredXids), new UncorrectedErrorRule(), new RowRemapRule(), new TemperatureRule(), new ComputeRule()];

    /// <param name="isPresent">It is still on the bus.</param>
    /// <param name="now">Of a clock that does not run backwards.</param>
    public GpuHealth Judge(GpuSample sample, bool isPresent, TimeSpan now)
    {
        if (_resets.SawReset(sample, isPresent))
        {
            foreach (var rule in _rules)
                rule.Forget();
        }

        if (!isPresent)
            return Gone;
        var reasons = _rules.SelectMany(rule => rule.Judge(sample, now)).ToImmutableArray();
        return reasons.IsEmpty ? GpuHealth.Healthy : new GpuHealth(reasons);
    }
}

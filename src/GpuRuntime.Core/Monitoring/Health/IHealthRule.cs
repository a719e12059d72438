using GpuRuntime.Core.Monitoring.Samples;

namespace GpuRuntime.Core.Monitoring.Health;

/// <summary>One rule, for one GPU. It remembers what later passes do not tell again.</summary>
internal interface IHealthRule
{
    /// <summary>Looks at one pass in which the GPU was on the bus.</summary>
    /// <param name="now">Of a clock that does not run backwards.</param>
    /// <returns>Why the GPU is unhealthy by this rule: one of each code.</returns>
    IEnumerable<HealthReason> Judge(GpuSample sample, TimeSpan now);

    /// <summary>The GPU was reset, or went and came back: what was before counts no more.</summary>
    void Forget();
}

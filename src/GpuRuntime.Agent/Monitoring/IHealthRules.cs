using GpuRuntime.Core.Monitoring.Samples;

namespace GpuRuntime.Agent.Monitoring;

/// <summary>Judges a GPU by what it told, now and before.</summary>
internal interface IHealthRules
{
    /// <param name="isPresent">It is still on the bus.</param>
    /// <param name="now">Of a clock that does not run backwards.</param>
    GpuHealth Judge(GpuSample sample, bool isPresent, TimeSpan now);
}

using System.Collections.Immutable;
using GpuRuntime.Core.Allocation;
using GpuRuntime.Core.Monitoring.Samples;

namespace GpuRuntime.Agent.Monitoring;

/// <summary>What drivers tell by process and not by GPU: KFD's directory of processes, and DRM's lines on open files.</summary>
internal interface IProcessLook : IDisposable
{
    /// <summary>Looks once; called by one thread at a time.</summary>
    /// <param name="units">The units of this host.</param>
    /// <param name="now">Of a clock that does not run backwards.</param>
    ProcessLookResult Read(ImmutableArray<HeldUnit> units, TimeSpan now);
}

/// <param name="Processes">One for each process and unit that it uses.</param>
/// <param name="Engines">
/// By the unit's id, of GPUs whose driver tells of engines by process alone: what all processes together kept busy, of the last sampling period.
/// </param>
/// <param name="Problems">What could not be read: one sentence each.</param>
internal sealed record ProcessLookResult(
    ImmutableArray<GpuProcess> Processes, ImmutableDictionary<string, ImmutableArray<EngineActivity>> Engines, ImmutableArray<string> Problems)
{
    public static readonly ProcessLookResult Nothing = new([], ImmutableDictionary<string, ImmutableArray<EngineActivity>>.Empty, []);

    public static readonly ProcessLookResult Unknown = Nothing with { IsWhole = false };

    /// <summary>Every process that uses a GPU is among <see cref="Processes"/>: none was left out because it could not be read.</summary>
    public bool IsWhole { get; init; } = true;
}

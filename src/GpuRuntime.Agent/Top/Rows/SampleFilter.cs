using System.Collections.Immutable;
using System.Globalization;
using GpuRuntime.Core.Monitoring.Samples;

namespace GpuRuntime.Agent.Top.Rows;

/// <summary>
/// Leaves of a sample what has a text in a name or id, upper or lower case: GPUs, containers and processes, and the GPUs of the containers and
/// processes that are left.
/// </summary>
/// <param name="text">Empty = everything.</param>
internal sealed class SampleFilter(string text)
{
    public HostSample Apply(HostSample sample)
    {
        if (text.Length == 0)
            return sample;
        ImmutableArray<ContainerUse> containers = [.. sample.Containers.Select(Left).Where(use => !use.Units.IsEmpty)];
        ImmutableArray<ProcessUse> processes = [.. sample.Processes.Where(Has)];
        var used = containers.SelectMany(use => use.Units.Select(unit => unit.GpuId)).Concat(processes.Select(process => GpuOf(process.Use.UnitId))).ToHashSet(StringComparer.Ordinal);
        return sample with
        {
            Gpus = [.. sample.Gpus.Where(gpu => used.Contains(gpu.Gpu.Id) || Has(gpu))],
            Containers = containers,
            Processes = processes,
        };
    }

    /// <summary>The GPU of a unit: <c>nvidia:0</c> of <c>nvidia:0:1</c>.</summary>
    public static string GpuOf(string unitId) =>
        unitId.IndexOf(':', StringComparison.Ordinal) is var vendor and > 0 && unitId.IndexOf(':', vendor + 1) is var mig and > 0 ? unitId[..mig] : unitId;

    private bool Has(GpuSample sample) =>
        Any(sample.Gpu.Id, sample.Gpu.Name, sample.Gpu.Uuid, sample.Gpu.PciAddress.ToString()) || sample.MigDevices.Any(mig => Any(mig.Device.Uuid, mig.Device.Profile));

    // By its own names it is there with all of its units, by a unit's id with that one.
    private ContainerUse Left(ContainerUse use) => Has(use.Container) ? use : use with { Units = [.. use.Units.Where(unit => Any(unit.UnitId))] };

    private bool Has(ContainerIdentity container) => Any(container.Id, container.Engine, container.Name, container.Pod, container.PodNamespace, container.PodContainer);

    private bool Has(ProcessUse process) =>
        Any(process.Name, process.Use.UnitId, process.Process.Pid.ToString(CultureInfo.InvariantCulture)) || (process.Container is { } container && Has(container));

    private bool Any(params ReadOnlySpan<string?> texts)
    {
        foreach (var candidate in texts)
        {
            if (candidate is not null && candidate.Contains(text, StringComparison.OrdinalIgnoreCase))
                return true;
        }

        return false;
    }
}

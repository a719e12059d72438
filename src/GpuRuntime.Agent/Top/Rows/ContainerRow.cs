using System.Collections.Immutable;
using GpuRuntime.Core.Monitoring.Samples;

namespace GpuRuntime.Agent.Top.Rows;

/// <summary>What a container uses of one GPU or MIG device.</summary>
internal sealed record ContainerRow(ContainerUse Use, UnitUse Unit)
{
    private const int ShortIdLength = 12;

    /// <summary>As engines print it.</summary>
    public static string ShortId(string id) => id.Length > ShortIdLength ? id[..ShortIdLength] : id;

    /// <summary>What people call it: the container's name, or the pod's with the container's in it; empty where nobody named it.</summary>
    public static string NameOf(ContainerIdentity container) => container switch
    {
        { Pod: { } pod, PodContainer: { } inner } => $"{pod}/{inner}",
        { Pod: { } pod } => pod,
        { Name: { } name } => name,
        _ => "",
    };

    public static ImmutableArray<ContainerRow> Of(HostSample sample) => [.. sample.Containers.SelectMany(use => use.Units.Select(unit => new ContainerRow(use, unit)))];
}

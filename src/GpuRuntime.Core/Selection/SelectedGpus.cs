using System.Collections.Immutable;
using GpuRuntime.Core.Inventory;

namespace GpuRuntime.Core.Selection;

/// <summary>What a request selects.</summary>
/// <param name="Gpus">Each once, in the host's order; of a GPU with MIG devices the granted ones.</param>
/// <param name="Warnings">What was asked for, is given or left out, and should be known to the admin.</param>
public sealed record SelectedGpus(ImmutableArray<Gpu> Gpus, ImmutableArray<string> Warnings)
{
    /// <summary>Seen with this host, neither a GPU nor a driver was asked for: the container stays as it is.</summary>
    public bool IsNothing { get; init; }

    /// <summary>Ids of those GPUs that were asked for as such, and not by MIG devices of theirs.</summary>
    public IReadOnlySet<string> WholeIds { get; init; } = ImmutableHashSet<string>.Empty;
}

using System.Collections.Immutable;
using GpuRuntime.Core.Requests;

namespace GpuRuntime.Core.Allocation;

/// <summary>One container's entry in the ledger.</summary>
/// <param name="Container">The container's id, as the engine gave it to the runtime.</param>
public sealed record AllocationEntry(string Container)
{
    /// <summary>
    /// Where the low-level runtime keeps the container's state (<c>/run/runc/ID</c>): it is there as long as the container is.
    /// <see langword="null"/> where a hook gave the GPUs, which does not know it.
    /// </summary>
    public string? RuntimeState { get; init; }

    /// <summary>The bundle's directory; absolute.</summary>
    public required string Bundle { get; init; }

    /// <summary>The process that made the entry and goes on to be the low-level runtime; with a hook, the container's first process.</summary>
    public required ProcessIdentity Process { get; init; }

    /// <summary>When the GPUs were given.</summary>
    public required DateTimeOffset Since { get; init; }

    public SharingMode Mode { get; init; }

    public ImmutableArray<AllocatedUnit> Units { get; init; } = [];
}

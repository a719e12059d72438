using GpuRuntime.Core.Inventory;

namespace GpuRuntime.Core.Requests;

public enum SelectorKind
{
    /// <summary>Every GPU.</summary>
    All,

    /// <summary>Any N GPUs.</summary>
    Count,

    /// <summary>Indexes <c>First</c> to <c>Last</c>, inclusive.</summary>
    Index,

    /// <summary>A UUID, or a beginning of one that names a single GPU.</summary>
    Uuid,

    /// <summary>A PCI address.</summary>
    PciAddress,

    /// <summary>MIG instance <c>Last</c> of GPU <c>First</c>.</summary>
    MigIndex,
}

/// <summary>One item of a request: which GPUs of which vendor.</summary>
/// <param name="Vendor"><see langword="null"/>: whatever vendor's GPU carries that name.</param>
/// <param name="Text">As the user wrote it, for messages.</param>
public sealed record DeviceSelector(SelectorKind Kind, GpuVendor? Vendor, string Text)
{
    public int First { get; init; }

    public int Last { get; init; }

    /// <summary>The UUID to look for; upper and lower case are equal.</summary>
    public string Uuid { get; init; } = "";

    public PciAddress Address { get; init; }

    /// <summary>An index counts over all GPUs of the host in the order of <c>gpu-runtime devices</c>, whatever their vendor.</summary>
    public bool CountsOverHost { get; init; }

    /// <summary>One MIG device of a GPU, not a GPU.</summary>
    public bool NamesMigDevice => Kind == SelectorKind.MigIndex || (Kind == SelectorKind.Uuid && Uuid.StartsWith("MIG-", StringComparison.OrdinalIgnoreCase));
}

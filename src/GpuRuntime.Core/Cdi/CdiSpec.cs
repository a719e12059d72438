using System.Collections.Immutable;

namespace GpuRuntime.Core.Cdi;

/// <summary>
/// A CDI specification as its file says it: one kind of device, and what a container gets with each
/// (<see href="https://github.com/cncf-tags/container-device-interface/blob/main/SPEC.md"/>). Plain data: what is not given is <see langword="null"/> or empty.
/// </summary>
/// <param name="Version">The file's <c>cdiVersion</c>.</param>
/// <param name="Kind">Vendor and class, such as <c>nvidia.com/gpu</c>.</param>
public sealed record CdiSpec(CdiVersion Version, string Kind)
{
    /// <summary>Free text of whoever wrote the file, from 0.6.0 on.</summary>
    public ImmutableSortedDictionary<string, string> Annotations { get; init; } = ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);

    public ImmutableArray<CdiDevice> Devices { get; init; } = [];

    /// <summary>What a container gets once, whichever and however many of the devices it has.</summary>
    public CdiEdits Edits { get; init; } = CdiEdits.Empty;
}

/// <summary>A device of a specification.</summary>
/// <param name="Name">The part behind the <c>=</c> of a qualified name.</param>
public sealed record CdiDevice(string Name, CdiEdits Edits)
{
    public ImmutableSortedDictionary<string, string> Annotations { get; init; } = ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);
}

using System.Collections.Immutable;

namespace GpuRuntime.Core.Cdi.Devices;

/// <summary>A specification and where it was found.</summary>
/// <param name="Priority">The place of its directory in the configuration: devices of a higher one win.</param>
public sealed record CdiFile(string Path, int Priority, CdiSpec Spec);

/// <summary>A file, or a directory, that counts for nothing.</summary>
/// <param name="Reason">A sentence that names the path.</param>
public sealed record CdiIgnored(string Path, string Reason);

/// <summary>What the specification directories hold.</summary>
public sealed record CdiFileSet(ImmutableArray<CdiFile> Files, ImmutableArray<CdiIgnored> Ignored);

/// <summary>A device and the file that decides what a container gets with it.</summary>
public sealed record CdiDefinition(CdiName Name, CdiFile File, CdiDevice Device);

/// <summary>A name that several files of one directory define, so that none of them counts.</summary>
public sealed record CdiConflict(CdiName Name, ImmutableArray<string> Paths);

using System.Collections.Immutable;

namespace GpuRuntime.Core.Edits;

/// <summary>
/// An OCI hook that runs in the host's namespaces (stage createRuntime) and is a verb of our own static binary. Its environment is
/// always explicit and never empty: a hook without one inherits what the image says (CVE-2025-23266).
/// </summary>
/// <param name="Verb">Arguments after the program's name.</param>
public sealed record ContainerHook(ImmutableArray<string> Verb);

using System.Collections.Immutable;

namespace GpuRuntime.Core.Edits;

/// <summary>
/// An OCI hook that runs in the host's namespaces (stage createRuntime) and is a verb of our own static binary. It is told all that it needs
/// by its arguments, to which the applier adds the container's root.
/// </summary>
/// <param name="Verb">Arguments after the program's name.</param>
/// <param name="Capability">
/// The hook keeps the container from something that only processes with this capability can do; without it in the bounding set the hook, and
/// its process at every start, are left out.
/// </param>
public sealed record ContainerHook(ImmutableArray<string> Verb, string Capability);

namespace GpuRuntime.Core.Edits;

/// <summary>
/// A file of the container's procfs that is covered by an edited copy. No mount of config.json can do that, because runtimes refuse mounts
/// inside <c>/proc</c>: the shim writes a hook of its own (stage createRuntime, in the host's namespaces), the prestart hook does it itself.
/// </summary>
/// <param name="HookVerb">Our verb that covers this kind of file; it takes <paramref name="HostFile"/> and the container's root.</param>
/// <param name="HostFile">The host's file, from which the copy is made.</param>
/// <param name="ProcFile">Path below the container's <c>/proc</c>.</param>
/// <param name="Capability">
/// The mask keeps the container from something that only processes with this capability can do; without it in the bounding set the mask,
/// and its process at every start, are left out.
/// </param>
public sealed record ProcFileMask(string HookVerb, string HostFile, string ProcFile, string Capability);

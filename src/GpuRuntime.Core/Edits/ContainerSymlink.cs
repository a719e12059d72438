namespace GpuRuntime.Core.Edits;

/// <summary>A symbolic link in the container.</summary>
/// <param name="Path">Absolute path of the link.</param>
/// <param name="Target">The link's text, absolute in the container or relative to the link's directory.</param>
public sealed record ContainerSymlink(string Path, string Target);

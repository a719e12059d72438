namespace GpuRuntime.Core.Edits;

/// <summary>A file whose content is made here.</summary>
public sealed record GeneratedFile(string ContainerPath, string Content);

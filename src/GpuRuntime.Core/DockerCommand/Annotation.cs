namespace GpuRuntime.Core.DockerCommand;

/// <summary>What <c>--annotation</c> takes.</summary>
internal sealed record Annotation(string Name, string Value);

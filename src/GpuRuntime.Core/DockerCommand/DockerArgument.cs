namespace GpuRuntime.Core.DockerCommand;

/// <summary>One argument of a docker command.</summary>
/// <param name="Place">
/// Where it stood among the user's arguments, of which not all need be text, so that they are handed on as they came; <see langword="null"/>: ours.
/// </param>
public sealed record DockerArgument(string Text, int? Place);

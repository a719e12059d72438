namespace GpuRuntime.Core.Requests;

public sealed record EnvironmentVariable(string Name, string Value);

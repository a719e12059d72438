namespace GpuRuntime.TestHosts;

internal sealed class UsageException(string message) : Exception(message);

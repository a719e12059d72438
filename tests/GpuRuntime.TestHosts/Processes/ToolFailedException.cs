namespace GpuRuntime.TestHosts;

internal sealed class ToolFailedException(string command, int exitCode, string output)
    : Exception($"{command} ended with status {exitCode}: {output.Trim()}")
{
    public string Output { get; } = output;
}

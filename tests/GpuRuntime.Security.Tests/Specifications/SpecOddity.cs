namespace GpuRuntime.Security.Tests.Specifications;

/// <param name="File">Its name in a directory of specifications.</param>
/// <param name="Script">Makes PATH; GOOD is a valid specification there, ELSEWHERE a place outside.</param>
internal sealed record SpecOddity(string Name, string File, string Script)
{
    public async Task MakeAsync(string path, string good, string elsewhere)
    {
        var script = Script.Replace("PATH", path, StringComparison.Ordinal).Replace("ELSEWHERE", elsewhere, StringComparison.Ordinal).Replace("GOOD", good, StringComparison.Ordinal);
        (await Command.Of("sh", "-c", $"set -e; {script}").RunAsync()).EnsureSuccess();
    }
}

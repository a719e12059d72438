using System.Diagnostics;
using System.Text.Json.Nodes;

namespace GpuRuntime.EndToEnd.Tests.Limits;

/// <summary>A running `gpu-runtime-agent serve`, and what it told.</summary>
internal sealed class WatchdogAgent : IAsyncDisposable
{
    private const int LongestWait = 60_000;

    private readonly Process _process;
    private readonly string _prefix;

    private WatchdogAgent(Process process, string prefix)
    {
        _process = process;
        _prefix = prefix;
    }

    public int Id => _process.Id;

    /// <summary>A line of standard output each.</summary>
    public IReadOnlyList<JsonObject> Events => [.. Whole(".out").Select(line => JsonNode.Parse(line)!.AsObject())];

    public IReadOnlyList<string> Warnings => Whole(".err");

    public IReadOnlyList<JsonObject> Kills => [.. Events.Where(line => (string?)line["event"] == "memory-limit-exceeded")];

    /// <summary>Returns when it is ready.</summary>
    public static async Task<WatchdogAgent> StartAsync(Command command, string prefix)
    {
        var agent = new WatchdogAgent(command.Start(prefix), prefix);
        try
        {
            await agent.UntilAsync(() => agent.Events.Count > 0, "is ready");
            return agent;
        }
        catch
        {
            await agent.DisposeAsync();
            throw;
        }
    }

    /// <summary>Waits for something that the agent brings about.</summary>
    public async Task UntilAsync(Func<bool> condition, string what)
    {
        for (var clock = Stopwatch.StartNew(); !condition(); await Task.Delay(20))
        {
            if (clock.ElapsedMilliseconds > LongestWait)
                Assert.Fail($"The agent has not come to this: {what}\n{string.Join('\n', Events.Select(line => line.ToJsonString()))}\n{string.Join('\n', Warnings)}");
            if (_process.HasExited && !condition())
                Assert.Fail($"The agent has ended with status {_process.ExitCode} before this: {what}\n{string.Join('\n', Warnings)}");
        }
    }

    public Task KilledAsync(string container) => UntilAsync(() => Kills.Any(line => (string?)line["container"] == container), $"{container} is killed");

    public Task WarnedAsync(string words) => UntilAsync(() => Warnings.Any(line => line.Contains(words, StringComparison.Ordinal)), $"it warns of \"{words}\"");

    /// <returns>Its exit status.</returns>
    public async Task<int> StopAsync(string signal = "TERM")
    {
        await Command.Of("kill", $"-{signal}", $"{Id}").RunAsync();
        await _process.WaitForExitAsync();
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        await PrivateProcesses.StopAsync(_process);
        _process.Dispose();
    }

    // A line that is being written is none yet.
    private string[] Whole(string extension)
    {
        var text = File.Exists(_prefix + extension) ? File.ReadAllText(_prefix + extension) : "";
        return text[..(text.LastIndexOf('\n') + 1)].Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}

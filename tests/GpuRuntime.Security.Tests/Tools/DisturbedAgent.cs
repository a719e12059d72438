using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using GpuRuntime.EndToEnd.Tests.Monitoring;
using GpuRuntime.Security.Tests.Sockets;

namespace GpuRuntime.Security.Tests.Tools;

/// <summary>A running <c>gpu-runtime-agent serve</c> under <see cref="Disturber"/>.</summary>
internal sealed class DisturbedAgent : IAsyncDisposable
{
    private readonly Process _process;
    private readonly string _prefix;
    private readonly string _log;

    /// <param name="prefix">Of the files that it writes: its output, and what became of its calls.</param>
    /// <param name="socket">Where it listens, by its configuration.</param>
    public DisturbedAgent(Command disturb, string fault, Command serve, string prefix, string socket)
    {
        (_prefix, _log) = (prefix, $"{prefix}.calls");
        Door = new AgentDoor(new UnixDomainSocketEndPoint(socket));
        _process = (serve with { Program = disturb.Program, Arguments = [fault, _log, serve.Program, .. serve.Arguments] }).Start(prefix);
    }

    public AgentDoor Door { get; }

    public bool IsGone => _process.HasExited;

    public int ExitCode => _process.ExitCode;

    public string Warnings => Text($"{_prefix}.err");

    /// <summary>The number of the call that failed; <see langword="null"/>: none yet.</summary>
    public int? Hit => Lines("hit") is [var line] ? Number(line, 1) : null;

    /// <summary>Of each pass that is over, its calls.</summary>
    public ImmutableArray<int> Passes => [.. Lines("pass").Select(static line => Number(line, 2))];

    /// <returns>The page of metrics; <see langword="null"/> when it does not answer, or has no sample.</returns>
    public async Task<string?> PageAsync() => await Scraper.TryAsync(Door, "/metrics") is { Status: 200 } reply ? reply.Text : null;

    public async ValueTask DisposeAsync()
    {
        // The program goes with it.
        if (!_process.HasExited)
            _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private static int Number(string line, int position) => int.Parse(line.Split(' ')[position], CultureInfo.InvariantCulture);

    // A line that is being written is none yet.
    private string[] Lines(string first) => [.. Text(_log).Split('\n')[..^1].Where(line => line.StartsWith($"{first} ", StringComparison.Ordinal))];

    private static string Text(string path) => File.Exists(path) ? File.ReadAllText(path) : "";
}

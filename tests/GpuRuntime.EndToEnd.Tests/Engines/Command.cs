using System.Collections.Immutable;
using System.Diagnostics;

namespace GpuRuntime.EndToEnd.Tests;

/// <summary>One run of a program, with a time limit: the only way in which these tests start processes.</summary>
internal sealed record Command
{
    public required string Program { get; init; }

    public ImmutableArray<string> Arguments { get; init; } = [];

    /// <summary>Added to this process's environment; null takes a variable away.</summary>
    public ImmutableDictionary<string, string?> Environment { get; init; } = ImmutableDictionary<string, string?>.Empty;

    public string? WorkingDirectory { get; init; }

    /// <summary>A file on standard input; nothing by default.</summary>
    public string InputPath { get; init; } = "/dev/null";

    public TimeSpan Limit { get; init; } = TimeSpan.FromSeconds(60);

    public static Command Of(string program, params ReadOnlySpan<string> arguments) => new() { Program = program, Arguments = [.. arguments] };

    public Command With(params ReadOnlySpan<string> arguments) => this with { Arguments = [.. Arguments, .. arguments] };

    public Command WithEnvironment(string name, string? value) => this with { Environment = Environment.SetItem(name, value) };

    public Command WithEnvironment(IEnumerable<KeyValuePair<string, string?>> variables) => this with { Environment = Environment.SetItems(variables) };

    public async Task<CommandResult> RunAsync()
    {
        using var output = new OutputFiles();
        using var process = Start(output.Prefix);
        using var limit = new CancellationTokenSource(Limit);
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(CancellationToken.None);
            throw new TimeoutException($"{new CommandResult(ToString(), -1, output.Output, output.Error)}\nstill ran after {Limit.TotalSeconds} s");
        }

        return new CommandResult(ToString(), process.ExitCode, output.Output, output.Error);
    }

    /// <summary>Starts it and leaves it running, its output in <c>PREFIX.out</c> and <c>PREFIX.err</c>.</summary>
    public Process Start(string outputPrefix)
    {
        // Files, not pipes: what runc leaves running keeps the descriptors, and a pipe would never reach its end. exec keeps the pid ours.
        var start = new ProcessStartInfo("/bin/sh", ["-c", """in=$1; shift; exec "$@" <"$in" >"$0.out" 2>"$0.err" """, outputPrefix, InputPath, Program, .. Arguments]);
        if (WorkingDirectory is not null)
            start.WorkingDirectory = WorkingDirectory;
        foreach (var (name, value) in Environment)
            start.Environment[name] = value;
        return Process.Start(start) ?? throw new InvalidOperationException($"{Program} did not start");
    }

    public override string ToString() => string.Join(' ', [Program, .. Arguments]);
}

namespace GpuRuntime.EndToEnd.Tests;

/// <summary>What a finished program left. <see cref="ToString"/> is what a failed test prints.</summary>
internal sealed record CommandResult(string CommandLine, int ExitCode, string Output, string Error)
{
    public CommandResult EnsureSuccess() => ExitCode == 0 ? this : throw new InvalidOperationException(ToString());

    public string[] Lines => Output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    public override string ToString() => $"{CommandLine}\nexit {ExitCode}\n--- stdout\n{Output}\n--- stderr\n{Error}";
}

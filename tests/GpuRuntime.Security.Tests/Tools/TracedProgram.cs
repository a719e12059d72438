using System.Text.RegularExpressions;

namespace GpuRuntime.Security.Tests.Tools;

/// <summary>Runs a program under strace and tells which system calls it and its children made.</summary>
internal static partial class TracedProgram
{
    /// <param name="calls">strace's names, such as <c>execve,openat</c> or <c>%file</c>.</param>
    /// <returns>Each call that succeeded as strace prints it, such as <c>execve("/bin/true", ["true"], 0x... /* 3 vars */) = 0</c>.</returns>
    public static async Task<(CommandResult Result, string[] Calls)> RunAsync(Command command, string calls, TestDirectory directory)
    {
        var log = directory.Combine($"trace-{Guid.NewGuid():N}");
        var result = await (command with
        {
            Program = Programs.Engine("strace"),
            Arguments = ["-f", "-qq", "-s", "4096", "-e", $"trace={calls}", "-e", "signal=none", "-o", log, command.Program, .. command.Arguments],
        }).RunAsync();
        var lines = await File.ReadAllLinesAsync(log);
        // "PID call(...) = result": a call that another thread interrupts is printed in two halves, of which the first has the paths.
        return (result, [.. lines.Select(static line => Pid().Replace(line, "")).Where(static line => !line.Contains(" = -1 ", StringComparison.Ordinal) && !line.StartsWith("<...", StringComparison.Ordinal))]);
    }

    /// <summary>The programs that were started, by the paths that were given.</summary>
    public static IEnumerable<string> Executed(IEnumerable<string> calls) =>
        calls.Select(static call => Execve().Match(call)).Where(static match => match.Success).Select(static match => match.Groups[1].Value);

    [GeneratedRegex(@"^\d+ +", RegexOptions.CultureInvariant)]
    private static partial Regex Pid();

    [GeneratedRegex("^execve(?:at)?\\((?:\\d+, |AT_FDCWD, )?\"([^\"]*)\"", RegexOptions.CultureInvariant)]
    private static partial Regex Execve();
}

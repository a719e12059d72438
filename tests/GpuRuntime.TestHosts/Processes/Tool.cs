using System.Diagnostics;

namespace GpuRuntime.TestHosts;

/// <summary>The one place that starts programs: gcc, ld, ldconfig, tar, cp, apt-get, dpkg.</summary>
internal static class Tool
{
    private static readonly string[] Directories =
        [.. (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries), "/usr/sbin", "/sbin", "/usr/bin", "/bin"];

    /// <returns>What the program wrote to its standard output.</returns>
    /// <exception cref="TestResourceUnavailableException">The program is not installed.</exception>
    /// <exception cref="ToolFailedException">It ended with another status than 0.</exception>
    public static string Run(string program, IEnumerable<string> arguments, string? workingDirectory = null, string? input = null)
    {
        var start = new ProcessStartInfo(Find(program), arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = input is not null,
            WorkingDirectory = workingDirectory ?? "",
        };
        // Messages that we look at, and file orders, must not depend on who runs the tests.
        start.Environment["LC_ALL"] = "C.UTF-8";
        start.Environment["DEBIAN_FRONTEND"] = "noninteractive";
        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start");
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEndAsync();
        if (input is not null)
        {
            process.StandardInput.Write(input);
            process.StandardInput.Close();
        }
        process.WaitForExit();
        var text = output.GetAwaiter().GetResult();
        if (process.ExitCode != 0)
            throw new ToolFailedException($"{program} {string.Join(' ', start.ArgumentList)}", process.ExitCode, error.GetAwaiter().GetResult() + text);
        return text;
    }

    public static bool Exists(string program) => TryFind(program) is not null;

    private static string Find(string program) => TryFind(program)
        ?? throw new TestResourceUnavailableException($"the program {program} is not installed");

    private static string? TryFind(string program) =>
        Directories.Select(directory => Path.Combine(directory, program)).FirstOrDefault(File.Exists);
}

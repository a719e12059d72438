using System.Diagnostics;

namespace GpuRuntime.Linux.Tests;

/// <summary>Programs of the machine: what ldconfig, gcc, runc and stat say.</summary>
internal static class Command
{
    private static readonly string[] Directories = ["/usr/sbin", "/sbin", "/usr/bin", "/bin", "/usr/local/sbin", "/usr/local/bin"];

    /// <returns>Its standard output.</returns>
    public static string Run(string program, params string[] arguments)
    {
        var (status, output, error) = Try(program, arguments);
        Assert.That(status, Is.Zero, $"{program} {string.Join(' ', arguments)}: {error}{output}");
        return output;
    }

    public static (int Status, string Output, string Error) Try(string program, params string[] arguments)
    {
        using var process = Start(program, arguments);
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, error.GetAwaiter().GetResult());
    }

    /// <summary>A program that goes on; the caller ends it.</summary>
    public static Process Start(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(Find(program), arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["LC_ALL"] = "C.UTF-8";
        return Process.Start(start)!;
    }

    /// <summary>As <c>stat -c</c>: links not followed.</summary>
    public static string Status(string format, string path) => Run("stat", "-c", format, path).TrimEnd('\n');

    private static string Find(string program)
    {
        var path = Directories.Select(directory => Path.Combine(directory, program)).FirstOrDefault(File.Exists);
        if (path is null)
            Assert.Ignore($"the program {program} is not installed");
        return path!;
    }
}

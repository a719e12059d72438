using System.Diagnostics;

namespace GpuRuntime.EndToEnd.Tests;

/// <summary>Finds what an engine left running by the private directory in its arguments, never by its name.</summary>
internal static class PrivateProcesses
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(15);

    /// <summary>Asks the process to end, and ends it when it does not.</summary>
    public static async Task StopAsync(Process process)
    {
        if (!process.HasExited)
            await Command.Of("kill", "-TERM", $"{process.Id}").RunAsync();
        using var limit = new CancellationTokenSource(Grace);
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            await process.WaitForExitAsync(CancellationToken.None);
        }
    }

    /// <summary>Ends every process that has a path below the directory among its arguments.</summary>
    public static void KillAll(string directory)
    {
        foreach (var id in Find(directory))
        {
            try
            {
                using var process = Process.GetProcessById(id);
                process.Kill();
                process.WaitForExit(Grace);
            }
            catch (ArgumentException)
            {
                // Gone between the listing and now, as wished.
            }
        }
    }

    public static IEnumerable<int> Find(string directory) =>
        from path in Directory.EnumerateDirectories("/proc")
        let name = Path.GetFileName(path)
        where int.TryParse(name, out var id) && id != Environment.ProcessId
        where Arguments(path).Any(argument => argument.Contains(directory + "/", StringComparison.Ordinal))
        select int.Parse(name, System.Globalization.CultureInfo.InvariantCulture);

    private static string[] Arguments(string procDirectory)
    {
        try
        {
            return File.ReadAllText(Path.Combine(procDirectory, "cmdline")).Split('\0');
        }
        catch (IOException)
        {
            return [];
        }
    }
}

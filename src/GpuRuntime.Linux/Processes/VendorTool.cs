using System.Collections;
using System.Diagnostics;
using System.Text;
using GpuRuntime.Core.Errors;
using GpuRuntime.Linux.Interop;

namespace GpuRuntime.Linux.Processes;

/// <summary>Runs a vendor's own program and reads what it prints. For admin commands: a container's start runs none.</summary>
public static class VendorTool
{
    private const int LargestOutput = 16 << 20;
    private const int PollMilliseconds = 20;
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(60);

    /// <param name="program">Absolute path.</param>
    /// <param name="libraryDirectories">Where its libraries lie, if the loader does not know by itself; empty otherwise.</param>
    /// <returns>What it printed to standard output.</returns>
    /// <exception cref="GpuRuntimeException"><see cref="ErrorCode.VendorToolFailed"/>: it could not be started, failed, or took more than a minute.</exception>
    public static string Read(string program, IReadOnlyCollection<string> libraryDirectories, params string[] arguments)
    {
        var line = $"{program} {string.Join(' ', arguments)}";
        try
        {
            using var output = Libc.MemoryFile("output");
            using var errors = Libc.MemoryFile("errors");
            var status = Run(line, Libc.Spawn(program, [program, .. arguments], Surroundings(libraryDirectories), output, errors));
            return status == 0 ? Content(output) : throw Failed($"{line} ended with status {status}: {PrintableText.Of((Content(output) + Content(errors)).Trim())}");
        }
        catch (LinuxException exception)
        {
            throw Failed($"{line} could not be run: {exception.Message}.");
        }
    }

    private static int Run(string line, int pid)
    {
        var watch = Stopwatch.StartNew();
        int status;
        while ((status = Libc.TryWait(pid)) == Libc.StillRunning)
        {
            if (watch.Elapsed > Longest)
            {
                Libc.Kill(pid);
                throw Failed($"{line} did not end within {Longest.TotalSeconds:0} seconds; see whether the driver hangs (dmesg).");
            }

            Thread.Sleep(PollMilliseconds);
        }

        return status;
    }

    private static List<string> Surroundings(IReadOnlyCollection<string> libraryDirectories)
    {
        var entries = new List<string>();
        foreach (DictionaryEntry entry in Environment.GetEnvironmentVariables())
        {
            if (libraryDirectories.Count == 0 || (string)entry.Key != "LD_LIBRARY_PATH")
                entries.Add($"{entry.Key}={entry.Value}");
        }

        if (libraryDirectories.Count > 0)
            entries.Add($"LD_LIBRARY_PATH={string.Join(':', libraryDirectories)}");
        return entries;
    }

    private static string Content(FileDescriptor output)
    {
        var content = new byte[(int)Math.Min(Libc.Stat(output).Size, LargestOutput)];
        return Encoding.UTF8.GetString(content.AsSpan(0, Libc.ReadAt(output, content, 0)));
    }

    private static GpuRuntimeException Failed(string what) => new(ErrorCode.VendorToolFailed, what);
}

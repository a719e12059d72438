using System.Globalization;
using System.Text;
using GpuRuntime.Core.Monitoring;
using GpuRuntime.Linux.Interop;

namespace GpuRuntime.Linux.Monitoring;

/// <summary>The DRM clients among a process's open files, from <c>/proc/PID/fdinfo</c>. It takes the right to trace the process.</summary>
public static class ProcessDrmClients
{
    private const int MostBytes = 8 << 10;

    /// <summary>Each open file of a DRM device; one client as often as it is open. None of a process that has ended.</summary>
    /// <exception cref="LinuxException">The files cannot be read.</exception>
    public static IReadOnlyList<DrmClient> Of(KernelFiles proc, int pid)
    {
        var clients = new List<DrmClient>();
        if (Add(proc, string.Create(CultureInfo.InvariantCulture, $"{pid}"), clients) > 0)
            return clients;
        // A process whose first thread has ended shows its files in the others only.
        using var tasks = proc.TryDirectory(string.Create(CultureInfo.InvariantCulture, $"{pid}/task"));
        foreach (var task in tasks is null ? [] : KernelFiles.Names(tasks))
        {
            if (Add(proc, string.Create(CultureInfo.InvariantCulture, $"{pid}/task/{task}"), clients) > 0)
                break;
        }

        return clients;
    }

    // How many open files there are.
    private static int Add(KernelFiles proc, string task, List<DrmClient> clients)
    {
        using var directory = proc.TryDirectory($"{task}/fdinfo");
        if (directory is null)
            return 0;
        var names = KernelFiles.Names(directory);
        Span<byte> buffer = stackalloc byte[MostBytes];
        foreach (var name in names)
        {
            using var file = Libc.TryOpenAt(directory.Number, name, OpenFlags.ReadOnly | OpenFlags.NonBlock, Resolve.Beneath, out var errno);
            var count = file is null ? -1 : KernelFiles.ReadBeginning(file, buffer, out errno);
            if (count < 0 && !KernelFiles.IsGone(errno))
                throw LinuxException.Of("read", $"{task}/fdinfo/{name}", errno);
            // Most open files are no GPU's.
            if (count > 0 && buffer[..count].IndexOf("drm-client-id"u8) >= 0 && DrmClient.Parse(Encoding.ASCII.GetString(buffer[..count])) is { } client)
                clients.Add(client);
        }

        return names.Count;
    }
}

using System.Globalization;
using System.Text;
using GpuRuntime.Core.Monitoring;
using GpuRuntime.Linux.Interop;

namespace GpuRuntime.Linux.Monitoring;

/// <summary>The DRM clients among a process's open files, from <c>/proc/PID/fdinfo</c>. It takes the right to trace the process.</summary>
public static class ProcessDrmClients
{
    private const int MostBytes = 8 << 10;

    // Programs open their GPU before they have so many files, and looking at more takes longer than a pass may.
    private const int MostFiles = 8192;

    /// <summary>Each open file of a DRM device; one client as often as it is open. None of a process that has ended.</summary>
    /// <exception cref="LinuxException">The files cannot be read.</exception>
    public static IReadOnlyList<DrmClient> Of(KernelFiles proc, int pid)
    {
        var files = new List<DrmFile>();
        Add(proc, pid, files, AddAll);
        return [.. files.Select(file => file.Client)];
    }

    /// <summary>
    /// The same, for use again and again: what a file is of is looked at before it is read, since the kernel takes longer to tell of most other files.
    /// </summary>
    /// <returns><see langword="null"/> when the process has ended.</returns>
    /// <exception cref="LinuxException">The files cannot be read.</exception>
    public static IReadOnlyList<DrmFile>? Find(KernelFiles proc, int pid)
    {
        var files = new List<DrmFile>();
        return Add(proc, pid, files, AddOfDevices) ? files : null;
    }

    /// <summary>How many files a process has open, which costs little to ask; <see langword="null"/> where the kernel does not tell (before Linux 6.2).</summary>
    public static OpenFiles? Count(KernelFiles proc, int pid)
    {
        if (Libc.TryStat(proc.Root, string.Create(CultureInfo.InvariantCulture, $"{pid}/fd"), Libc.AtStatxDontSync, out _) is not { Type: FileType.Directory } status)
            return null;
        if (proc.IsProcfs)
            return status.Size > 0 ? new OpenFiles(status.Inode, status.Size) : null;
        // Of a tree that stands for procfs, the time of its last change says as much.
        return status.IsSettled ? new OpenFiles(status.Inode, (ulong)status.ModifiedNanoseconds) : null;
    }

    /// <summary>What a file that was found tells now.</summary>
    /// <param name="path">That of its <see cref="DrmFile"/>.</param>
    /// <returns><see langword="null"/> when it was closed, is another's by now, or its process has ended.</returns>
    /// <exception cref="LinuxException">It cannot be read.</exception>
    public static DrmClient? Read(KernelFiles proc, string path)
    {
        using var opened = proc.Open(path, OpenFlags.ReadOnly | OpenFlags.NonBlock);
        return opened is null ? null : Read(opened, path);
    }

    private delegate int? TaskReader(KernelFiles proc, string task, List<DrmFile> files);

    // Whether the process is there.
    private static bool Add(KernelFiles proc, int pid, List<DrmFile> files, TaskReader add)
    {
        var count = add(proc, string.Create(CultureInfo.InvariantCulture, $"{pid}"), files);
        if (count is null or > 0)
            return count is not null;
        // A process whose first thread has ended shows its files in the others only.
        foreach (var task in proc.List(string.Create(CultureInfo.InvariantCulture, $"{pid}/task")))
        {
            if (add(proc, string.Create(CultureInfo.InvariantCulture, $"{pid}/task/{task}"), files) > 0)
                break;
        }

        return true;
    }

    // How many open files there are; null for a task that has ended.
    private static int? AddAll(KernelFiles proc, string task, List<DrmFile> files)
    {
        using var directory = proc.TryDirectory($"{task}/fdinfo");
        if (directory is null)
            return null;
        var names = KernelFiles.Names(directory);
        foreach (var name in names)
            Add(directory, task, name, files);
        return names.Count;
    }

    // The directory of the files themselves takes more rights than that of their descriptions, and a simulated tree may leave it out.
    private static int? AddOfDevices(KernelFiles proc, string task, List<DrmFile> files)
    {
        using var opened = TryOpenFiles(proc, task);
        if (opened is null)
            return AddAll(proc, task, files);
        FileDescriptor? descriptions = null;
        try
        {
            var count = 0;
            foreach (var name in KernelFiles.Names(opened))
            {
                if (++count > MostFiles)
                    break;
                // Of its device, and not by its path, which a container chooses. One that leads nowhere is read: it was closed, or the tree is simulated.
                var status = Libc.TryStat(opened.Number, name, Libc.AtStatxDontSync, out var errno);
                if (status is null && LinuxException.IsOfMachine(errno))
                    throw LinuxException.Of("stat", $"{task}/fd/{name}", errno);
                if (status is { } of ? of is not { Type: FileType.Character, NodeMajor: Libc.DrmMajor } : !KernelFiles.IsGone(errno))
                    continue;
                descriptions ??= proc.TryDirectory($"{task}/fdinfo");
                if (descriptions is not null)
                    Add(descriptions, task, name, files);
            }

            return count;
        }
        finally
        {
            descriptions?.Dispose();
        }
    }

    private static FileDescriptor? TryOpenFiles(KernelFiles proc, string task)
    {
        try
        {
            return proc.TryDirectory($"{task}/fd");
        }
        catch (LinuxException exception) when (exception.Errno is Errno.AccessDenied or Errno.NotPermitted)
        {
            return null;
        }
    }

    private static void Add(FileDescriptor directory, string task, string name, List<DrmFile> files)
    {
        var path = $"{task}/fdinfo/{name}";
        using var file = Libc.TryOpenAt(directory.Number, name, OpenFlags.ReadOnly | OpenFlags.NonBlock, Resolve.Beneath, out var errno);
        if (file is null && !KernelFiles.IsGone(errno))
            throw LinuxException.Of("read", path, errno);
        if (file is not null && Read(file, path) is { } client)
            files.Add(new DrmFile(path, client));
    }

    private static DrmClient? Read(FileDescriptor file, string path)
    {
        Span<byte> buffer = stackalloc byte[MostBytes];
        var count = KernelFiles.ReadBeginning(file, buffer, out var errno);
        if (count < 0)
            return KernelFiles.IsGone(errno) ? null : throw LinuxException.Of("read", path, errno);
        // Most open files are no GPU's.
        if (buffer[..count].IndexOf("drm-client-id"u8) < 0)
            return null;
        Span<char> text = stackalloc char[MostBytes];
        return DrmClient.Parse(text[..Encoding.Latin1.GetChars(buffer[..count], text)]);
    }
}

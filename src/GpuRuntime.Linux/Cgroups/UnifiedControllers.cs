using System.Text;
using GpuRuntime.Core.Errors;
using GpuRuntime.Linux.Interop;
using GpuRuntime.Linux.Paths;

namespace GpuRuntime.Linux.Cgroups;

/// <summary>
/// Controllers of version 2 on the way to a cgroup: it has a controller's files only where every cgroup above hands the controller on
/// (Documentation/admin-guide/cgroup-v2.rst, "Controlling Controllers"). runc hands on all that there are, crun only those that it knows.
/// </summary>
public static class UnifiedControllers
{
    private const uint DirectoryMode = 0b111_101_101;
    private const int LargestList = 64 * 1024;

    /// <summary>Lets every cgroup from the root down to the one above a container's hand a controller on. Those that are missing are made.</summary>
    /// <param name="cgroupRoot">Where the hierarchy is mounted, such as <c>/sys/fs/cgroup</c>.</param>
    /// <param name="relativePath">The container's cgroup below it (linux.cgroupsPath), with or without a slash in front; itself not touched.</param>
    /// <param name="controller">Such as <c>dmem</c>.</param>
    /// <exception cref="GpuRuntimeException"><see cref="ErrorCode.LimitUnavailable"/>, with the first directory that cannot.</exception>
    public static void Enable(string cgroupRoot, string relativePath, string controller)
    {
        var names = relativePath.Split('/', StringSplitOptions.RemoveEmptyEntries);
        if (names.Length == 0 || names.AsSpan().IndexOfAny("..", ".") >= 0)
            throw Unavailable($"The cgroup {PrintableText.Quote(relativePath)} has to be a path below {cgroupRoot}, without . and ..");
        var path = cgroupRoot.TrimEnd('/');
        var directory = Libc.TryOpenAt(Libc.AtFdCwd, cgroupRoot, OpenFlags.ReadOnly | Libc.Directory, Resolve.None, out var errno)
            ?? throw Unavailable($"The root of the cgroups cannot be opened: {LinuxException.Of("open", cgroupRoot, errno).Message}.");
        try
        {
            for (var depth = 0; ; depth++)
            {
                HandOn(directory, path, controller);
                if (depth == names.Length - 1)
                    return;
                path = $"{path}/{names[depth]}";
                var below = OpenOrMake(directory, names[depth], path);
                directory.Dispose();
                directory = below;
            }
        }
        finally
        {
            directory.Dispose();
        }
    }

    private static void HandOn(FileDescriptor directory, string path, string controller)
    {
        if (!Words(directory, path, "cgroup.controllers").Contains(controller))
            throw Unavailable($"The cgroup controller {controller} is not available in {path} (cgroup.controllers does not list it): the kernel lacks it, or a cgroup above does not hand it on.");
        if (Words(directory, path, "cgroup.subtree_control").Contains(controller))
            return;
        var file = $"{path}/cgroup.subtree_control";
        using var control = Libc.TryOpenAt(directory.Number, "cgroup.subtree_control", OpenFlags.WriteOnly, Resolve.Beneath | Resolve.NoSymlinks, out var errno)
            ?? throw Unavailable($"The cgroup controller {controller} cannot be enabled: {LinuxException.Of("open", file, errno).Message}.");
        try
        {
            Libc.WriteAll(control, Encoding.ASCII.GetBytes($"+{controller}"), $"{file} (+{controller})");
        }
        catch (LinuxException exception)
        {
            var advice = exception.Errno == Errno.Busy ? " A cgroup with processes of its own cannot hand controllers on: choose another parent for the container's cgroup." : "";
            throw new GpuRuntimeException(ErrorCode.LimitUnavailable, $"The cgroup controller {controller} cannot be enabled: {exception.Message}.{advice}", exception);
        }
    }

    private static FileDescriptor OpenOrMake(FileDescriptor directory, string name, string path)
    {
        if (TryOpen(directory, name, out var errno) is { } there)
            return there;
        if (errno == Errno.NoEntry)
            errno = Libc.TryMakeDirectory(directory.Number, name, DirectoryMode);
        if (errno is not (Errno.None or Errno.Exists))
            throw Unavailable($"The cgroup above the container's cannot be made: {LinuxException.Of("mkdir", path, errno).Message}.");
        return TryOpen(directory, name, out errno) ?? throw Unavailable($"The cgroup above the container's cannot be opened: {LinuxException.Of("open", path, errno).Message}.");
    }

    private static FileDescriptor? TryOpen(FileDescriptor directory, string name, out Errno errno) =>
        Libc.TryOpenAt(directory.Number, name, OpenFlags.ReadOnly | Libc.Directory, Resolve.Beneath | Resolve.NoSymlinks | Resolve.NoCrossMount, out errno);

    private static string[] Words(FileDescriptor directory, string path, string name)
    {
        using var file = Libc.TryOpenAt(directory.Number, name, OpenFlags.ReadOnly, Resolve.Beneath | Resolve.NoSymlinks, out var errno);
        if (file is null)
            throw Unavailable($"{path} is no cgroup of version 2: {LinuxException.Of("open", $"{path}/{name}", errno).Message}.");
        return FileContent.ReadAll(file, LargestList, out _) is { } content
            ? Encoding.ASCII.GetString(content).Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries)
            : throw Unavailable($"{path}/{name} cannot be read.");
    }

    private static GpuRuntimeException Unavailable(string sentence) => new(ErrorCode.LimitUnavailable, sentence);
}

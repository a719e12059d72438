using GpuRuntime.Core.Errors;
using GpuRuntime.Linux.Interop;
using GpuRuntime.Linux.Mounts;
using GpuRuntime.Linux.Paths;

namespace GpuRuntime.Linux.Namespaces;

/// <summary>Puts a file of ours over a file in a created container's procfs, from the host and without running anything in the container.</summary>
public static class ContainerMask
{
    /// <param name="pid">The container's first process, as the host sees it.</param>
    /// <param name="rootPath">The container's root as its mount namespace has it before pivot_root.</param>
    /// <param name="procFile">Path below the root's <c>proc</c>, such as <c>driver/nvidia/params</c>.</param>
    /// <returns><see langword="false"/> when the container's procfs has no such file.</returns>
    /// <remarks>The calling thread is in the container's mount namespace afterwards: for a process, or a thread, that ends with this.</remarks>
    /// <exception cref="GpuRuntimeException"><see cref="ErrorCode.HookFailed"/>, or <see cref="ErrorCode.ContainerProcessMissing"/>.</exception>
    public static bool Apply(int pid, string rootPath, string procFile, ReadOnlySpan<byte> content)
    {
        using var process = ContainerProcess.Open(pid);
        try
        {
            using var files = new DetachedFiles(null);
            using var cover = Cover(files, procFile, content);
            process.Enter();
            using var root = new RootedDirectory(OpenRoot(rootPath), rootPath);
            using var target = Target(root, procFile);
            if (target is null)
                return false;
            Libc.MoveMount(cover.Tree, target, cover.ContainerPath);
            return true;
        }
        catch (LinuxException exception)
        {
            throw new GpuRuntimeException(ErrorCode.HookFailed, $"/proc/{procFile} cannot be covered in the container: {exception.Message}.", exception);
        }
    }

    /// <summary>What is mounted over the file.</summary>
    internal static DetachedMount Cover(DetachedFiles files, string procFile, ReadOnlySpan<byte> content) =>
        files.File($"/proc/{procFile}", content, Libc.MountNoExec);

    /// <summary>The file of the container's procfs; <see langword="null"/> when it has none.</summary>
    /// <param name="root">The container's root.</param>
    internal static FileDescriptor? Target(RootedDirectory root, string procFile)
    {
        var target = root.TryOpen($"proc/{procFile}", out var errno);
        if (target is null)
            return errno is Errno.NoEntry or Errno.NotDirectory ? null : throw LinuxException.Of("open", $"/proc/{procFile}", errno);
        // An image may have put a directory of its own where procfs is expected; or it is covered already.
        if (Libc.FileSystemMagic(target) == Libc.ProcMagic)
            return target;
        target.Dispose();
        return null;
    }

    // Before pivot_root the container's root lies at its path; a runtime that pivots first has it at "/".
    private static FileDescriptor OpenRoot(string rootPath) =>
        Libc.TryOpenAt(Libc.AtFdCwd, rootPath, OpenFlags.Path | Libc.Directory, Resolve.None, out _)
        ?? Libc.OpenAt(Libc.AtFdCwd, "/", OpenFlags.Path | Libc.Directory, Resolve.None);
}

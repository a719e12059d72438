using GpuRuntime.Core.Errors;
using GpuRuntime.Linux.Interop;

namespace GpuRuntime.Linux.Namespaces;

/// <summary>Puts a file of ours over a file in a created container's procfs, from the host and without running anything in the container.</summary>
public static class ContainerMask
{
    private const string FileName = "content";
    private const uint ReadableByAll = 0b100_100_100;

    /// <param name="pid">The container's first process, as the host sees it.</param>
    /// <param name="rootPath">The container's root as its mount namespace has it before pivot_root.</param>
    /// <param name="procFile">Path below the root's <c>proc</c>, such as <c>driver/nvidia/params</c>.</param>
    /// <returns><see langword="false"/> when the container's procfs has no such file.</returns>
    /// <remarks>The calling thread is in the container's mount namespace afterwards: for a process, or a thread, that ends with this.</remarks>
    /// <exception cref="GpuRuntimeException"><see cref="ErrorCode.HookFailed"/>.</exception>
    public static bool Apply(int pid, string rootPath, string procFile, ReadOnlySpan<byte> content)
    {
        try
        {
            return Enter(pid, rootPath, procFile, content);
        }
        catch (LinuxException exception)
        {
            throw new GpuRuntimeException(ErrorCode.HookFailed, $"/proc/{procFile} cannot be covered in the container: {exception.Message}.", exception);
        }
    }

    private static bool Enter(int pid, string rootPath, string procFile, ReadOnlySpan<byte> content)
    {
        using var space = Libc.OpenAt(Libc.AtFdCwd, $"/proc/{pid}/ns/mnt", OpenFlags.ReadOnly, Resolve.None);
        using var tree = Detached(content);
        Libc.Unshare(Libc.CloneFs);
        Libc.EnterNamespace(space, Libc.CloneNewMount);

        using var root = OpenRoot(rootPath);
        using var target = Libc.TryOpenAt(root.Number, $"proc/{procFile}", OpenFlags.Path, Resolve.InRoot | Resolve.NoMagicLinks, out var errno);
        if (target is null)
            return errno is Errno.NoEntry or Errno.NotDirectory ? false : throw LinuxException.Of("open", $"/proc/{procFile}", errno);
        // An image may have put a directory of its own where procfs is expected.
        if (Libc.FileSystemMagic(target) != Libc.ProcMagic)
            return false;
        Libc.MoveMount(tree, target, $"/proc/{procFile}");
        return true;
    }

    // Before pivot_root the container's root lies at its path; a runtime that pivots first has it at "/".
    private static FileDescriptor OpenRoot(string rootPath) =>
        Libc.TryOpenAt(Libc.AtFdCwd, rootPath, OpenFlags.Path | Libc.Directory, Resolve.None, out _)
        ?? Libc.OpenAt(Libc.AtFdCwd, "/", OpenFlags.Path | Libc.Directory, Resolve.None);

    // A file on a tmpfs that is mounted nowhere else: nothing is left on the host, and nothing has to be cleaned up.
    private static FileDescriptor Detached(ReadOnlySpan<byte> content)
    {
        using var tmpfs = Libc.DetachedTmpfs();
        using (var file = Libc.OpenAt(tmpfs.Number, FileName, OpenFlags.WriteOnly | OpenFlags.Create | OpenFlags.Exclusive, Resolve.Beneath, ReadableByAll))
        {
            Libc.WriteAll(file, content, FileName);
            Libc.ChangeMode(file, ReadableByAll, FileName);
        }

        var tree = Libc.CloneTree(tmpfs, FileName);
        Libc.SetMountAttributes(tree, Libc.MountReadOnly | Libc.MountNoSuid | Libc.MountNoDev | Libc.MountNoExec);
        return tree;
    }
}

using GpuRuntime.Core.Edits;
using GpuRuntime.Linux.Interop;

namespace GpuRuntime.Linux.Mounts;

/// <summary>
/// A bind mount that is not joined to any place yet. It is taken by its path in the namespace of whoever takes it, and is nothing but a
/// descriptor then: the process that holds it may end at any time, and nothing is left.
/// </summary>
internal sealed class DetachedMount : IDisposable
{
    private DetachedMount(FileDescriptor tree, string containerPath)
    {
        Tree = tree;
        ContainerPath = containerPath;
        Source = Libc.Stat(tree);
    }

    public FileDescriptor Tree { get; }

    public string ContainerPath { get; }

    /// <summary>The file that is mounted.</summary>
    public FileStatus Source { get; }

    /// <summary>Takes a file, directory or socket of the calling thread's namespace.</summary>
    /// <exception cref="LinuxException">It is not there, or the kernel does not allow it.</exception>
    public static DetachedMount Take(ContainerMount mount)
    {
        var attributes = MountOptions.Attributes(mount.Options);
        return Of(Libc.CloneTree(Libc.AtFdCwd, mount.HostPath), mount.ContainerPath, attributes);
    }

    /// <summary>A file system of the container's own whose options are all known here.</summary>
    public static bool IsOwnTmpfs(ContainerMount mount) =>
        mount.Type == ContainerMount.Tmpfs && mount.Options.All(option => option is "nosuid" or "nodev" or "noexec" || IsOfTmpfs(option));

    /// <summary>A tmpfs of its own, with the options that are tmpfs's: <c>size=</c>, <c>mode=</c>.</summary>
    public static DetachedMount Tmpfs(ContainerMount mount, string? context)
    {
        string[] own = [.. mount.Options.Where(IsOfTmpfs)];
        return Of(Libc.DetachedTmpfs(context, own), mount.ContainerPath, MountOptions.Attributes([.. mount.Options.Except(own)]));
    }

    /// <summary>A detached tree with its attributes.</summary>
    public static DetachedMount Of(FileDescriptor tree, string containerPath, ulong attributes)
    {
        try
        {
            Libc.SetMountAttributes(tree, attributes);
            return new DetachedMount(tree, containerPath);
        }
        catch
        {
            tree.Dispose();
            throw;
        }
    }

    private static bool IsOfTmpfs(string option) => option.StartsWith("size=", StringComparison.Ordinal) || option.StartsWith("mode=", StringComparison.Ordinal);

    public void Dispose() => Tree.Dispose();
}

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

    public void Dispose() => Tree.Dispose();
}

using System.Collections.Immutable;

namespace GpuRuntime.Core.Inventory;

/// <summary>
/// A host to look at: the running one, a driver container's, or a captured tree. Paths are absolute inside their tree
/// (<c>/driver/nvidia/version</c> in <see cref="HostTree.Proc"/>); what is absent is <see langword="null"/> or empty, never an error.
/// Links are resolved inside the tree.
/// </summary>
public interface IHostRoot
{
    /// <summary>The path on the real host of a path in a tree, for messages and for nodes; links are not followed.</summary>
    string Locate(HostTree tree, string path);

    /// <summary>A small text file with NULs and white space trimmed at both ends; <see langword="null"/> when absent or unreadable.</summary>
    string? ReadText(HostTree tree, string path);

    /// <summary>A small file as it is; <see langword="null"/> when absent or unreadable.</summary>
    byte[]? ReadBytes(HostTree tree, string path);

    /// <summary>The names in a directory in ordinal order; empty when absent.</summary>
    ImmutableArray<string> List(HostTree tree, string path);

    /// <summary>The target text of a symbolic link; <see langword="null"/> when absent or not a link.</summary>
    string? ReadLink(HostTree tree, string path);

    /// <summary>A character device node; <see langword="null"/> when absent or of another type.</summary>
    HostNode? Node(string devPath);

    /// <summary>A file, directory or socket of the driver root, with links followed inside that root.</summary>
    DriverFile? Find(string path);

    /// <summary>A shared object of the driver root, with what the dynamic loader needs to know of it.</summary>
    LibraryFile? FindLibrary(string path);

    /// <summary>The driver root's <c>/etc/ld.so.cache</c>; empty when absent or unreadable.</summary>
    /// <param name="beginnings">Only libraries whose name begins with one of these; all of them by default. A host has thousands.</param>
    ImmutableArray<LoaderCacheEntry> LoaderCache(ImmutableArray<string> beginnings = default);
}

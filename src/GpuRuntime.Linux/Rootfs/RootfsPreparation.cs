using GpuRuntime.Core.Edits;
using GpuRuntime.Core.Errors;
using GpuRuntime.Linux.Interop;
using GpuRuntime.Linux.Paths;

namespace GpuRuntime.Linux.Rootfs;

/// <summary>The part of a plan that config.json cannot say: links and the loader's files in the root filesystem, before it is used.</summary>
public static class RootfsPreparation
{
    private const string DeviceDirectory = "/dev/";

    /// <summary>
    /// Turns what only exists as a description into bind mounts of our state directory: generated files, and links below <c>/dev</c>,
    /// which the root filesystem cannot hold because <c>/dev</c> is mounted over it.
    /// </summary>
    public static ContainerEdits WithStateMounts(ContainerEdits edits, StateDirectory state)
    {
        var files = edits.GeneratedFiles.Select(file => new ContainerMount(state.File(file.Content), file.ContainerPath, ContainerMount.ReadOnly));
        List<ContainerMount> mounts = [.. edits.Mounts, .. files];
        foreach (var directory in LinksBelowDev(edits))
            mounts.Add(new ContainerMount(state.Links([.. directory]), directory.Key, ContainerMount.ReadOnly));
        return WithoutLinksBelowDev(edits) with { Mounts = [.. mounts], GeneratedFiles = [] };
    }

    /// <summary>Links below <c>/dev</c> by their directories, with their names in these as paths.</summary>
    internal static IEnumerable<IGrouping<string, ContainerSymlink>> LinksBelowDev(ContainerEdits edits) => edits.Symlinks.Where(IsBelowDev)
        .GroupBy(link => link.Path[..link.Path.LastIndexOf('/')], link => link with { Path = link.Path[(link.Path.LastIndexOf('/') + 1)..] });

    /// <summary>The edits with those links only that a root filesystem can hold.</summary>
    internal static ContainerEdits WithoutLinksBelowDev(ContainerEdits edits) => edits with { Symlinks = [.. edits.Symlinks.Where(link => !IsBelowDev(link))] };

    /// <summary>Makes links and the loader's files in the root filesystem.</summary>
    /// <exception cref="GpuRuntimeException"><see cref="ErrorCode.RootfsUnwritable"/>.</exception>
    public static void Apply(RootedDirectory rootfs, ContainerEdits edits)
    {
        try
        {
            foreach (var link in edits.Symlinks)
                rootfs.Symlink(link.Path, link.Target);
            RootfsLoader.Prepare(rootfs, edits.Libraries, edits.ForwardCompatibility, edits.FallbackLibraries);
        }
        catch (LinuxException exception)
        {
            throw new GpuRuntimeException(ErrorCode.RootfsUnwritable, $"The container's root filesystem cannot be prepared: {exception.Message}.", exception);
        }
    }

    private static bool IsBelowDev(ContainerSymlink link) => link.Path.StartsWith(DeviceDirectory, StringComparison.Ordinal);
}

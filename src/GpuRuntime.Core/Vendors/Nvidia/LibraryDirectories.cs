using System.Collections.Immutable;
using GpuRuntime.Core.Inventory;

namespace GpuRuntime.Core.Vendors.Nvidia;

/// <summary>
/// Where a driver's libraries may lie, for one architecture: the directories that the driver root's loader cache names for NVIDIA's
/// libraries, then the known ones, then what the configuration adds. A driver unpacked without a cache works, and so does one that is
/// split over several directories.
/// </summary>
public static class LibraryDirectories
{
    /// <summary>How the names of libraries begin that tell where a driver lies.</summary>
    internal static readonly ImmutableArray<string> Beginnings =
        ["libcuda.so", "libnvidia-", "libnvcuvid.so", "libnvoptix.so", "libvdpau_nvidia.so", "libGLX_nvidia.so", "libEGL_nvidia.so", "libGLES"];

    /// <summary>Existing directories in search order, links resolved, each once.</summary>
    public static ImmutableArray<string> Of(
        IHostRoot host, ImmutableArray<LoaderCacheEntry> cache, LibraryArchitecture architecture, ImmutableArray<string> configured)
    {
        var found = new List<string>();
        foreach (var name in Cached(cache, architecture).Distinct().Concat(Known(host, architecture)).Concat(configured))
        {
            if (host.Find(name) is { Kind: DriverFileKind.Directory } directory && !found.Contains(directory.Path))
                found.Add(directory.Path);
        }

        return [.. found];
    }

    private static IEnumerable<string> Cached(ImmutableArray<LoaderCacheEntry> cache, LibraryArchitecture architecture)
    {
        foreach (var entry in cache)
        {
            if (entry.Architecture == architecture)
                yield return entry.Path[..Math.Max(1, entry.Path.LastIndexOf('/'))];
        }
    }

    private static IEnumerable<string> Known(IHostRoot host, LibraryArchitecture architecture)
    {
        var triplet = architecture.Triplet();
        // Debian keeps a driver below nvidia/current, or nvidia/tesla-NNN, with the rest of it in the triplet's directory itself.
        foreach (var name in host.List(HostTree.Driver, $"usr/lib/{triplet}/nvidia"))
            yield return $"/usr/lib/{triplet}/nvidia/{name}";
        yield return $"/usr/lib/{triplet}";
        if (architecture is LibraryArchitecture.X64 or LibraryArchitecture.Arm64)
        {
            yield return "/usr/lib64";
            yield return "/usr/local/nvidia/lib64";
            yield return "/usr/local/nvidia/lib";
            yield return "/run/opengl-driver/lib";
        }
        else
        {
            yield return "/usr/lib32";
            yield return "/usr/local/nvidia/lib32";
            yield return "/run/opengl-driver-32/lib";
        }

        yield return "/usr/lib";
        yield return $"/lib/{triplet}";
        yield return "/lib64";
    }
}

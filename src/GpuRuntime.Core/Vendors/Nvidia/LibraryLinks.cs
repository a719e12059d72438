using System.Collections.Immutable;
using GpuRuntime.Core.Edits;
using GpuRuntime.Core.Inventory;

namespace GpuRuntime.Core.Vendors.Nvidia;

/// <summary>The links that programs and the loader go by, beside each library as on the host.</summary>
public static class LibraryLinks
{
    // Names without a number that programs open by dlopen, or that are linked against.
    private static readonly ImmutableArray<string> WithBareName = ["libcuda", "libnvidia-opticalflow", "libnvcuvid", "libnvidia-encode", "libnvidia-fbc", "libnvidia-ngx", "libnvidia-vulkan-producer"];

    public static IEnumerable<ContainerSymlink> Of(ImmutableArray<DriverLibrary> libraries, DriverFiles files)
    {
        foreach (var library in libraries)
        {
            var directory = library.File.Directory;
            if (library.Soname != library.File.Name)
                yield return new ContainerSymlink($"{directory}/{library.Soname}", library.File.Name);
            if (WithBareName.Contains(library.BaseName))
                yield return new ContainerSymlink($"{directory}/{library.BaseName}.so", library.Soname);
            if (library.BaseName == "libGLX_nvidia")
                yield return new ContainerSymlink($"{directory}/libGLX_indirect.so.0", library.File.Name);
            if (library.BaseName == "libnvidia-allocator" && GbmDirectory(library, files) is { } gbm)
                yield return new ContainerSymlink($"{gbm}/nvidia-drm_gbm.so", gbm == $"{directory}/gbm" ? $"../{library.Soname}" : $"{directory}/{library.Soname}");
        }
    }

    public static IEnumerable<LoaderCacheEntry> CacheEntries(ImmutableArray<DriverLibrary> libraries)
    {
        foreach (var library in libraries)
        {
            var directory = library.File.Directory;
            yield return new LoaderCacheEntry(library.Soname, $"{directory}/{library.Soname}", library.Architecture);
            if (WithBareName.Contains(library.BaseName))
                yield return new LoaderCacheEntry($"{library.BaseName}.so", $"{directory}/{library.BaseName}.so", library.Architecture);
            if (library.BaseName == "libGLX_nvidia")
                yield return new LoaderCacheEntry("libGLX_indirect.so.0", $"{directory}/libGLX_indirect.so.0", library.Architecture);
        }
    }

    // GBM looks for back ends in a directory of its own, below the system's library directory: kept where the host has it.
    private static string? GbmDirectory(DriverLibrary allocator, DriverFiles files) =>
        files.DirectoryWith("gbm/nvidia-drm_gbm.so", allocator.Architecture) is { } directory ? $"{directory}/gbm" : null;
}

using System.Collections.Immutable;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Linux.Loader;
using GpuRuntime.Linux.Paths;

namespace GpuRuntime.Linux.Rootfs;

/// <summary>
/// Libraries that count only where the image has none of their name. The loader asks its cache first and then its own directories; an
/// entry of ours would hide what lies in these, as in every image without a cache, so they are looked at.
/// </summary>
internal static class FallbackLibraries
{
    /// <summary>Where loaders search by themselves: Debian's in the architecture's own directory too.</summary>
    public static ImmutableArray<string> LoaderDirectories(LibraryArchitecture architecture) =>
        [$"/lib/{architecture.Triplet()}", $"/usr/lib/{architecture.Triplet()}", "/lib64", "/usr/lib64", "/lib", "/usr/lib"];

    /// <param name="cache">The image's, with nothing of ours that is from an earlier start.</param>
    /// <returns>Those that the image lacks.</returns>
    public static ImmutableArray<LoaderCacheEntry> Choose(RootedDirectory rootfs, LoaderCacheFile cache, ImmutableArray<LoaderCacheEntry> fallback)
    {
        var cached = cache.PlainNames();
        return [.. fallback.Where(library => !cached.Contains((library.Name, library.Architecture)) && !LiesInLoaderDirectory(rootfs, library))];
    }

    private static bool LiesInLoaderDirectory(RootedDirectory rootfs, LoaderCacheEntry library)
    {
        foreach (var directory in LoaderDirectories(library.Architecture))
        {
            // Of another architecture, the loader passes over it.
            using var file = rootfs.OpenRegular($"{directory}/{library.Name}");
            if (file is not null && ElfFile.ReadSharedObject(file)?.Architecture == library.Architecture)
                return true;
        }

        return false;
    }
}

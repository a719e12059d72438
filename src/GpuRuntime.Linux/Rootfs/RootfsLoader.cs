using System.Collections.Immutable;
using System.Text;
using GpuRuntime.Core.Edits;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Linux.Loader;
using GpuRuntime.Linux.Paths;

namespace GpuRuntime.Linux.Rootfs;

/// <summary>
/// Lets the container's own loader find injected libraries: its <c>/etc/ld.so.cache</c> gets entries of ours, and a file in
/// <c>/etc/ld.so.conf.d</c> tells later runs of ldconfig. Done again, it changes nothing. No program runs for it.
/// </summary>
public static class RootfsLoader
{
    private const string Cache = "/etc/ld.so.cache";
    private const string Configuration = "/etc/ld.so.conf";
    private const string CompatibilityConfiguration = "/etc/ld.so.conf.d/00-gpu-runtime-compat.conf";
    private const string OwnConfiguration = "/etc/ld.so.conf.d/zz-gpu-runtime.conf";
    private const int LargestCache = 32 << 20;
    private const uint ReadableByAll = 0b110_100_100;

    private static readonly ImmutableArray<string> GlibcLoaders = ["/lib64/ld-linux-x86-64.so.2", "/lib/ld-linux-aarch64.so.1", "/lib/ld-linux.so.2", "/lib/ld-linux-armhf.so.3"];
    private static readonly ImmutableArray<string> CacheMakers = ["/sbin/ldconfig", "/usr/sbin/ldconfig"];

    /// <param name="libraries">What must be found, by name.</param>
    /// <param name="compatibility">What decides whether libraries of the image's own go in front of them; may be absent.</param>
    /// <param name="fallback">What must be found, by name, where the image has none of that name. They need glibc: musl is told nothing of them.</param>
    public static void Prepare(
        RootedDirectory rootfs, ImmutableArray<LoaderCacheEntry> libraries, ForwardCompatibility? compatibility = null, ImmutableArray<LoaderCacheEntry> fallback = default)
    {
        if (fallback.IsDefault)
            fallback = [];
        if (libraries.IsEmpty && fallback.IsEmpty)
            return;
        var directories = Directories(libraries);
        var fallbackDirectories = Directories(fallback);
        // An image may have both, such as a Debian one with musl-tools.
        var hasMusl = MuslLoader.Prepare(rootfs, directories);
        if (!GlibcLoaders.Any(rootfs.Exists) && (hasMusl || !rootfs.Exists(Cache)))
            return;

        var existing = rootfs.Read(Cache, LargestCache);
        // A cache that cannot be read is one that the loader ignores as well: nothing is lost with it.
        var merged = (existing is null ? null : LoaderCacheFile.Parse(existing)) ?? LoaderCacheFile.Empty;
        // Of an earlier start: the image may have got a library of its own since.
        merged = fallbackDirectories.Aggregate(merged, (cache, directory) => cache.Without(directory));
        var preferred = libraries.IsEmpty ? [] : CompatibilityLibraries.Choose(rootfs, compatibility, libraries[0].Architecture);
        // An earlier start may have preferred the image's libraries, on a driver that has been updated since.
        var hadPreferred = compatibility is not null && rootfs.Exists(CompatibilityConfiguration);
        if (hadPreferred)
            merged = merged.Without(compatibility!.ContainerDirectory);
        merged = merged.With(preferred.Concat(libraries));
        rootfs.Replace(Cache, LoaderCacheWriter.Write(merged.WithBehind(FallbackLibraries.Choose(rootfs, merged, fallback))), ReadableByAll);
        // ldconfig takes the loader's directories last, unless it is told to take them before others.
        PrepareConfiguration(rootfs, fallback.IsEmpty ? directories : [.. directories, .. FallbackLibraries.LoaderDirectories(fallback[0].Architecture), .. fallbackDirectories]);
        if (!preferred.IsEmpty)
            rootfs.Replace(CompatibilityConfiguration, Encoding.UTF8.GetBytes(compatibility!.ContainerDirectory + "\n"), ReadableByAll);
        else if (hadPreferred)
            rootfs.Delete(CompatibilityConfiguration);
    }

    private static ImmutableArray<string> Directories(ImmutableArray<LoaderCacheEntry> libraries) =>
        [.. libraries.Select(library => library.Path[..library.Path.LastIndexOf('/')]).Distinct()];

    // Only where something will read it; an image without ldconfig keeps one file fewer.
    private static void PrepareConfiguration(RootedDirectory rootfs, ImmutableArray<string> directories)
    {
        var hasConfiguration = rootfs.Exists(Configuration);
        if (!hasConfiguration && !CacheMakers.Any(rootfs.Exists))
            return;
        rootfs.Replace(OwnConfiguration, Encoding.UTF8.GetBytes(string.Join('\n', directories) + "\n"), ReadableByAll);
        if (!hasConfiguration)
            rootfs.Replace(Configuration, "include /etc/ld.so.conf.d/*.conf\n"u8, ReadableByAll);
    }
}

using System.Collections.Immutable;
using GpuRuntime.Core.Inventory;

namespace GpuRuntime.Core.Vendors.UserSpace;

/// <summary>
/// Finds what the host's own loader would find: by the driver root's loader cache, then in the directories that it searches without one,
/// then where the vendor and the configuration say. Only shared objects of the host's own architecture count.
/// </summary>
internal sealed class LibrarySearch(IHostRoot host, IEnumerable<string> furtherDirectories)
{
    // Variants for some processors only; the plain library of the same name is in the cache as well.
    private const string HardwareVariants = "/glibc-hwcaps/";

    private readonly ImmutableArray<string> _directories = [.. SystemDirectories(Architecture), .. furtherDirectories];
    private Dictionary<string, string>? _cache;

    private static LibraryArchitecture Architecture => LibraryArchitectures.Native;

    /// <summary>The library directories of the distributions, with and without their links from <c>/lib</c> to <c>/usr/lib</c>.</summary>
    public static ImmutableArray<string> SystemDirectories(LibraryArchitecture architecture) =>
    [
        $"/usr/lib/{architecture.Triplet()}", "/usr/lib64", "/usr/lib", $"/lib/{architecture.Triplet()}", "/lib64", "/lib", "/usr/local/lib",
    ];

    /// <summary>The library at a path of the driver root.</summary>
    public LibraryFile? At(string path) => host.FindLibrary(path) is { } library && library.Header.Architecture == Architecture ? library : null;

    /// <param name="soname">What is asked for.</param>
    /// <param name="besides">The directory of the library that asks: parts of one product mostly lie together.</param>
    public LibraryFile? ByName(string soname, string? besides)
    {
        _cache ??= ReadCache();
        if (_cache.TryGetValue(soname, out var cached) && At(cached) is { } found)
            return found;
        var directories = besides is null ? _directories : _directories.Prepend(besides);
        return directories.Select(directory => At($"{directory}/{soname}")).FirstOrDefault(library => library is not null);
    }

    /// <summary>The first library of a name below the library directories' subdirectories.</summary>
    public LibraryFile? InSubdirectory(ImmutableArray<string> subdirectories, string name) =>
        (from directory in _directories
         from subdirectory in subdirectories
         select At($"{directory}/{subdirectory}/{name}")).FirstOrDefault(library => library is not null);

    private Dictionary<string, string> ReadCache()
    {
        var paths = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var entry in host.LoaderCache())
        {
            if (entry.Architecture == Architecture && !entry.Path.Contains(HardwareVariants, StringComparison.Ordinal))
                paths.TryAdd(entry.Name, entry.Path);
        }

        return paths;
    }
}

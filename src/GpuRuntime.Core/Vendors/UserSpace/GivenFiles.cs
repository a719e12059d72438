using System.Collections.Immutable;
using GpuRuntime.Core.Edits;
using GpuRuntime.Core.Inventory;

namespace GpuRuntime.Core.Vendors.UserSpace;

/// <summary>
/// Gathers the files of the host that a container gets, each library with all that it needs. What is part of the driver goes in front of
/// an image's copy; what is not counts only in an image that has none. Both lie in directories of ours under the names that they are
/// asked for by, so that no file of the image is covered or replaced.
/// </summary>
internal sealed class GivenFiles(IHostRoot host, LibrarySearch search, VendorDrivers drivers)
{
    private const string Directory = "/usr/lib/gpu-runtime";

    // One for all vendors: what two of them need is mounted once.
    private const string FallbackDirectory = $"{Directory}/fallback";

    private readonly List<ContainerMount> _mounts = [];
    private readonly List<LoaderCacheEntry> _libraries = [];
    private readonly List<LoaderCacheEntry> _fallback = [];
    private readonly Dictionary<string, bool> _byName = new(StringComparer.Ordinal);

    public ContainerEdits ToEdits() => new()
    {
        Mounts = [.. _mounts.DistinctBy(mount => mount.ContainerPath)],
        Libraries = [.. _libraries],
        FallbackLibraries = [.. _fallback],
    };

    /// <summary>A file that is no library, at the path that it has on the host.</summary>
    public void File(string path)
    {
        if (host.Find(path) is { Kind: DriverFileKind.Regular } file)
            Mount(file, path);
    }

    /// <summary>The driver that a file of the host names, by its path or for the loader to find.</summary>
    /// <returns>Whether the host has it.</returns>
    public bool Named(string library)
    {
        if (!library.Contains('/', StringComparison.Ordinal))
            return ByName(library);
        // Under this very path the container looks for it.
        return IsPlain(library) && !ImageLibraries.Include(library[(library.LastIndexOf('/') + 1)..]) && search.At(library) is { } found && At(found, library);
    }

    /// <summary>Those libraries of several that the host has.</summary>
    /// <returns>Whether it has any.</returns>
    public bool AnyOf(ImmutableArray<string> sonames)
    {
        var any = false;
        foreach (var soname in sonames)
            any |= ByName(soname);
        return any;
    }

    /// <summary>A library that was found, at paths of its own in the container.</summary>
    public bool At(LibraryFile library, params ReadOnlySpan<string> paths)
    {
        foreach (var path in paths)
            Mount(library.File, path);
        TakeNeeded(library);
        return true;
    }

    /// <summary>A library that the loader is asked for.</summary>
    /// <param name="besides">The directory of the library that needs it, if one does.</param>
    /// <returns>Whether the host has it.</returns>
    private bool ByName(string soname, string? besides = null)
    {
        if (soname.Contains('/', StringComparison.Ordinal) || ImageLibraries.Include(soname))
            return false;
        if (_byName.TryGetValue(soname, out var known))
            return known;
        var library = search.ByName(soname, besides);
        _byName.Add(soname, library is not null);
        if (library is null)
            return false;

        var isOwn = drivers.Own.Any(beginning => soname.StartsWith(beginning, StringComparison.Ordinal));
        var path = isOwn ? $"{Directory}/{drivers.Directory}/{soname}" : $"{FallbackDirectory}/{soname}";
        (isOwn ? _libraries : _fallback).Add(new LoaderCacheEntry(soname, path, library.Header.Architecture));
        return At(library, path);
    }

    private void TakeNeeded(LibraryFile library)
    {
        foreach (var soname in library.Header.Needed)
            ByName(soname, library.File.Directory);
    }

    private void Mount(DriverFile file, string path) => _mounts.Add(new ContainerMount(file.HostPath, path, ContainerMount.ReadOnly));

    // The path as it is written is the path in the container.
    private static bool IsPlain(string path) =>
        path[0] == '/' && path[^1] != '/' && !path.Contains("//", StringComparison.Ordinal) && !path.Contains("/.", StringComparison.Ordinal);
}

using System.Collections.Immutable;
using GpuRuntime.Core.Inventory;

namespace GpuRuntime.Core.Vendors.Nvidia;

/// <summary>Finds the files of one driver version in the driver root. Names are probed, directories are not read: a start costs no listing.</summary>
public sealed class DriverFiles
{
    private static readonly ImmutableArray<string> BinaryDirectories =
    [
        "/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin", "/usr/lib/nvidia/current", "/usr/local/nvidia/bin",
        "/run/current-system/sw/bin",
    ];

    private static readonly ImmutableArray<string> DataDirectories = ["/etc", "/usr/local/share", "/usr/share", "/usr/local/nvidia/share", "/"];

    private readonly IHostRoot _host;
    private readonly string _version;
    private readonly ImmutableArray<string> _configured;
    private readonly Dictionary<LibraryArchitecture, ImmutableArray<string>> _directories = [];
    private ImmutableArray<LoaderCacheEntry>? _cache;

    public DriverFiles(IHostRoot host, DottedVersion version, ImmutableArray<string> configuredDirectories)
    {
        _host = host;
        _version = version.ToString();
        _configured = configuredDirectories;
    }

    /// <summary>Directories that are searched for libraries of an architecture, in order.</summary>
    public ImmutableArray<string> SearchedDirectories(LibraryArchitecture architecture)
    {
        if (!_directories.TryGetValue(architecture, out var directories))
        {
            directories = LibraryDirectories.Of(_host, _cache ??= _host.LoaderCache(LibraryDirectories.Beginnings), architecture, _configured);
            _directories.Add(architecture, directories);
        }

        return directories;
    }

    /// <summary>The library with this version in its name; <see langword="null"/> when the driver does not have it.</summary>
    public DriverLibrary? Library(string baseName, LibraryArchitecture architecture) =>
        ByFileName(baseName, $"{baseName}.so.{_version}", architecture)
        // Old layouts of a part that is no longer versioned with the driver: found by the SONAME that NVIDIA gives it.
        ?? (baseName == "libnvidia-nvvm70" ? ByFileName(baseName, $"{baseName}.so.4", architecture) : null);

    /// <summary>A library whose file carries another version than the driver, by the link that bears its SONAME.</summary>
    public DriverLibrary? LibraryBySoname(string soname, LibraryArchitecture architecture) =>
        ByFileName(soname[..soname.IndexOf(".so", StringComparison.Ordinal)], soname, architecture);

    public string Version => _version;

    /// <summary>The first library directory that has a file; the file may be a link to another one.</summary>
    public string? DirectoryWith(string relativePath, LibraryArchitecture architecture) =>
        SearchedDirectories(architecture).FirstOrDefault(directory => Regular($"{directory}/{relativePath}") is not null);

    public DriverFile? Binary(string name) => BinaryDirectories.Select(directory => Regular($"{directory}/{name}")).FirstOrDefault(file => file is not null);

    public DriverFile? Data(string relativePath) =>
        DataDirectories.Select(directory => Regular($"{directory.TrimEnd('/')}/{relativePath}")).FirstOrDefault(file => file is not null);

    private DriverLibrary? ByFileName(string baseName, string fileName, LibraryArchitecture architecture)
    {
        foreach (var directory in SearchedDirectories(architecture))
        {
            var found = _host.FindLibrary($"{directory}/{fileName}");
            // VDPAU back ends live one level deeper.
            if (found is null && baseName == "libvdpau_nvidia")
                found = _host.FindLibrary($"{directory}/vdpau/{fileName}");
            if (found is { } library && library.Header.Architecture == architecture)
                return new DriverLibrary(baseName, library.File, architecture, library.Header.Soname ?? library.File.Name, library.Header.Needed);
        }

        return null;
    }

    private DriverFile? Regular(string path) => _host.Find(path) is { Kind: DriverFileKind.Regular } file ? file : null;
}

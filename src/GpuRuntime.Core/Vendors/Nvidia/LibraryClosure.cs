using System.Collections.Immutable;
using GpuRuntime.Core.Errors;
using GpuRuntime.Core.Inventory;

namespace GpuRuntime.Core.Vendors.Nvidia;

/// <summary>The libraries of a set of capabilities together with all that they need of the driver, whatever capability that belongs to.</summary>
public static class LibraryClosure
{
    private static readonly ImmutableArray<LibraryArchitecture> Architectures =
        [LibraryArchitecture.X64, LibraryArchitecture.Arm64];

    /// <exception cref="GpuRuntimeException"><see cref="ErrorCode.DriverFilesMissing"/>: not one of the libraries is there.</exception>
    public static ImmutableArray<DriverLibrary> Find(IHostRoot host, DriverFiles files, DriverCapability capabilities)
    {
        var names = DriverLibraries.For(capabilities).ToList();
        var native = Architectures.Select(architecture => Of(files, architecture, names, capabilities)).FirstOrDefault(found => found.Count > 0) ?? [];
        if (native.Count == 0 && names.Count > 0)
            throw Missing(host, files);
        if (!capabilities.HasFlag(DriverCapability.Compat32))
            return [.. native];

        var twin = native is [{ Architecture: LibraryArchitecture.Arm64 }, ..] ? LibraryArchitecture.Arm : LibraryArchitecture.X86;
        return [.. native, .. Of(files, twin, names, capabilities)];
    }

    private static List<DriverLibrary> Of(DriverFiles files, LibraryArchitecture architecture, List<string> names, DriverCapability capabilities)
    {
        var found = new List<DriverLibrary>();
        var seen = new HashSet<string>(names, StringComparer.Ordinal);
        var queue = new Queue<string>(names);
        void Enqueue(string name)
        {
            if (seen.Add(name))
                queue.Enqueue(name);
        }

        void Take(DriverLibrary library)
        {
            found.Add(library);
            foreach (var needed in library.Needed)
                Enqueue(BaseName(needed));
            foreach (var opened in DriverLibraries.LoadedAtRunTime.GetValueOrDefault(library.BaseName, []))
                Enqueue(opened);
        }

        while (queue.TryDequeue(out var name))
        {
            if (files.Library(name, architecture) is { } file)
                Take(file);
        }

        if ((capabilities & (DriverCapability.Graphics | DriverCapability.Display)) == 0 || found.Count == 0)
            return found;
        foreach (var soname in DriverLibraries.EglPlatforms)
        {
            if (files.LibraryBySoname(soname, architecture) is { } platform)
                found.Add(platform);
        }

        foreach (var name in DriverLibraries.WithoutVendorDispatch)
        {
            if (files.Library(name, architecture) is { } file && file.Needed.Any(IsDriverCore))
                Take(file);
        }

        return found;
    }

    private static bool IsDriverCore(string needed) =>
        needed.StartsWith("libnvidia-glcore.so", StringComparison.Ordinal) || needed.StartsWith("libnvidia-eglcore.so", StringComparison.Ordinal);

    private static string BaseName(string needed) => needed.IndexOf(".so", StringComparison.Ordinal) is var dot and > 0 ? needed[..dot] : needed;

    private static GpuRuntimeException Missing(IHostRoot host, DriverFiles files)
    {
        var searched = files.SearchedDirectories(LibraryArchitecture.X64);
        var others = searched
            .SelectMany(directory => host.List(HostTree.Driver, directory.TrimStart('/')))
            .Where(name => name.StartsWith("libcuda.so.", StringComparison.Ordinal) || name.StartsWith("libnvidia-ml.so.", StringComparison.Ordinal))
            .Select(name => DottedVersion.Parse(name[(name.IndexOf(".so.", StringComparison.Ordinal) + 4)..]))
            .FirstOrDefault(version => version is not null && version.ToString() != files.Version && version.CompareTo(DottedVersion.Parse(version.Major.ToString(System.Globalization.CultureInfo.InvariantCulture))) != 0);
        var cure = others is not null
            ? $"Files of driver {others} are there: the driver was updated while the old kernel module stayed loaded; reboot, or unload and load the nvidia modules"
            : "Install the driver's user-space packages, or set host.driver to the root that they are in";
        var root = host.Locate(HostTree.Driver, "");
        return new GpuRuntimeException(
            ErrorCode.DriverFilesMissing,
            $"No library of NVIDIA driver {files.Version} was found below {root} (searched {string.Join(", ", searched)}). {cure}.");
    }
}

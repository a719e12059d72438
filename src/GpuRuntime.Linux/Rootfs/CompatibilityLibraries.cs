using System.Collections.Immutable;
using GpuRuntime.Core.Edits;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Core.Vendors.Nvidia;
using GpuRuntime.Linux.Loader;
using GpuRuntime.Linux.Paths;

namespace GpuRuntime.Linux.Rootfs;

/// <summary>
/// CUDA's forward compatibility: libraries of the image's own that its loader shall find first. They are container paths in the
/// container's own cache; nothing of the image is mounted or run.
/// </summary>
internal static class CompatibilityLibraries
{
    private const int MostLibraries = 64;

    /// <returns>Cache entries for the image's libraries, or nothing when the host's driver is to be used.</returns>
    public static ImmutableArray<LoaderCacheEntry> Choose(RootedDirectory rootfs, ForwardCompatibility? host, LibraryArchitecture architecture)
    {
        if (host is null)
            return [];
        var names = rootfs.List(host.ContainerDirectory).Where(IsLibraryName).Order(StringComparer.Ordinal).Take(MostLibraries).ToList();
        var cuda = names.Where(name => Version(name) is not null && rootfs.IsRegular($"{host.ContainerDirectory}/{name}")).ToList();
        if (cuda is not [var only])
            return [];
        using var file = rootfs.OpenRegular($"{host.ContainerDirectory}/{only}");
        if (file is null || ElfFile.ReadSharedObject(file)?.Architecture != architecture)
            return [];
        if (!ForwardCompatibilityRule.Prefers(host, Version(only)!, ElfNote.Read(file, ForwardCompatibilityRule.NoteSection, ForwardCompatibilityRule.NoteOwner)))
            return [];
        return [.. names.Where(name => rootfs.Exists($"{host.ContainerDirectory}/{name}")).Select(name => new LoaderCacheEntry(name, $"{host.ContainerDirectory}/{name}", architecture))];
    }

    // libcuda.so.545.23.06, as against its links libcuda.so.1 and libcuda.so.
    private static DottedVersion? Version(string name) =>
        name.StartsWith("libcuda.so.", StringComparison.Ordinal) && name.AsSpan(11).Contains('.') ? DottedVersion.Parse(name[11..]) : null;

    private static bool IsLibraryName(string name) =>
        name.StartsWith("lib", StringComparison.Ordinal) && name.Contains(".so", StringComparison.Ordinal) && name.Length <= 100
        && name.All(character => char.IsAsciiLetterOrDigit(character) || character is '.' or '_' or '-' or '+');
}

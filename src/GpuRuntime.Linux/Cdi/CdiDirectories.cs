using System.Collections.Immutable;
using GpuRuntime.Core.Cdi;
using GpuRuntime.Core.Cdi.Devices;
using GpuRuntime.Core.Errors;

namespace GpuRuntime.Linux.Cdi;

/// <summary>Reads the specification directories of the configuration, lowest priority first. A file that cannot be used is left out and never fails the others.</summary>
public static class CdiDirectories
{
    /// <summary>Everything that the directories hold.</summary>
    public static CdiFileSet LoadAll(ImmutableArray<string> directories) => Load(directories, null);

    /// <summary>The devices of these names.</summary>
    /// <param name="ignored">The files that were left out on the way, for warnings.</param>
    /// <exception cref="GpuRuntimeException"><see cref="ErrorCode.CdiDeviceNotFound"/> or <see cref="ErrorCode.CdiDeviceConflict"/>.</exception>
    public static ImmutableArray<CdiDefinition> Resolve(ImmutableArray<string> directories, ImmutableArray<CdiName> names, out ImmutableArray<CdiIgnored> ignored)
    {
        var files = Load(directories, names);
        var registry = new CdiRegistry(files);
        // The sentence lists what the host has, of every vendor.
        if (!names.All(registry.Defines))
            registry = new CdiRegistry(files = LoadAll(directories));
        ignored = files.Ignored;
        return [.. names.Select(registry.Resolve)];
    }

    /// <summary>The specifications that may define these names: a file in which no vendor of theirs is even mentioned is not parsed.</summary>
    /// <param name="names"><see langword="null"/> = all.</param>
    public static CdiFileSet Load(ImmutableArray<string> directories, ImmutableArray<CdiName>? names)
    {
        var loading = new CdiLoading(names);
        for (var priority = 0; priority < directories.Length; priority++)
            loading.Add(directories[priority], priority);
        return loading.Result;
    }
}

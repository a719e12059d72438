using System.Collections.Immutable;
using GpuRuntime.Core.Cdi;
using GpuRuntime.Core.Cdi.Text;
using GpuRuntime.Core.Errors;

namespace GpuRuntime.Checks;

/// <summary>What a specification says and the host does not have, or the other way round.</summary>
internal static class CdiStaleness
{
    /// <param name="spec">What a file of ours says, in whichever version and format.</param>
    /// <param name="current">What it would say now, all of it; <see langword="null"/> when the host has no such GPU.</param>
    /// <param name="limit">The version that the configuration asks for.</param>
    /// <returns>What is the matter, as the rest of a sentence; <see langword="null"/> when it is fresh.</returns>
    public static string? Of(CdiSpec spec, CdiSpec? current, CdiVersion? limit)
    {
        if (current is null)
            return $"this host has no GPU of {spec.Kind} now";
        if (limit is { } version && spec.Version > version)
            return $"it is of version {spec.Version} of CDI, and cdi.version of the configuration is {version}";
        try
        {
            var fitted = CdiVersions.Fit(current, spec.Version, out _);
            return CdiWriter.Write(spec, CdiFormat.Json).AsSpan().SequenceEqual(CdiWriter.Write(fitted, CdiFormat.Json)) ? null : Difference(spec, fitted);
        }
        catch (GpuRuntimeException exception) when (exception.Code == ErrorCode.CdiSpecInvalid)
        {
            return exception.Message;
        }
    }

    /// <summary>Files, directories and nodes that an engine needs for the specification's devices, and that are not there.</summary>
    public static ImmutableArray<string> MissingPaths(CdiSpec spec) => [.. HostPaths(spec).Where(path => !Path.Exists(path))];

    private static string Difference(CdiSpec spec, CdiSpec current)
    {
        var (had, has) = (Names(spec), Names(current));
        List<string> differences =
        [
            .. Part("it has no", has.Except(had)),
            .. Part("this host no longer has", had.Except(has)),
            .. Part("it does not name", HostPaths(current).Except(HostPaths(spec))),
            .. Part("the driver no longer comes with", HostPaths(spec).Except(HostPaths(current))),
        ];
        return differences.Count == 0 ? "gpu-runtime cdi refresh would write it otherwise" : string.Join("; ", differences);
    }

    private static IEnumerable<string> Part(string words, IEnumerable<string> names) => NameList.Of(names) is { Length: > 0 } list ? [$"{words} {list}"] : [];

    private static IEnumerable<string> Names(CdiSpec spec) => spec.Devices.Select(device => device.Name);

    // Sources of mounts of file systems, such as tmpfs, are words.
    private static IEnumerable<string> HostPaths(CdiSpec spec) => spec.Devices.Select(device => device.Edits).Prepend(spec.Edits).SelectMany(edits =>
        edits.DeviceNodes.Select(node => node.HostPath ?? node.Path)
            .Concat(edits.Mounts.Where(mount => mount.IsBind).Select(mount => mount.HostPath))
            .Concat(edits.Hooks.Select(hook => hook.Path))).Distinct();
}

namespace GpuRuntime.Core.Oci;

/// <summary>Where a container's cgroup will be in a hierarchy, by <c>linux.cgroupsPath</c> (OCI runtime specification, config-linux.md, "Cgroups Path").</summary>
public static class CgroupsPath
{
    private const string SliceSuffix = ".slice";
    private const string DefaultSlice = "system.slice";

    /// <param name="path">As config.json has it; empty or <see langword="null"/>: the runtime's own choice, which is the id below the root.</param>
    /// <param name="isSystemd">The runtime has systemd make the cgroup, so that the path is <c>SLICE:PREFIX:NAME</c>.</param>
    /// <returns>Relative to the hierarchy's root.</returns>
    public static string Resolve(string? path, string container, bool isSystemd)
    {
        if (isSystemd && path?.Split(':') is [var slice, var prefix, var name])
            return $"{Expanded(slice.Length == 0 ? DefaultSlice : slice)}/{(prefix.Length == 0 ? name : $"{prefix}-{name}")}.scope";
        return string.IsNullOrEmpty(path) ? container : path.TrimStart('/');
    }

    // a-b.slice lies in a.slice (systemd.slice(5)).
    private static string Expanded(string slice)
    {
        if (!slice.EndsWith(SliceSuffix, StringComparison.Ordinal) || slice == "-" + SliceSuffix)
            return slice == "-" + SliceSuffix ? "" : slice;
        var names = slice[..^SliceSuffix.Length].Split('-');
        return string.Join('/', names.Select((_, count) => string.Join('-', names[..(count + 1)]) + SliceSuffix));
    }
}

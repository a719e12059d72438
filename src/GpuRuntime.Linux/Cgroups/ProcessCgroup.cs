using GpuRuntime.Linux.Mounts;

namespace GpuRuntime.Linux.Cgroups;

/// <summary>The cgroup of a process in one hierarchy, as a directory of this host.</summary>
/// <param name="IsVersion2">cgroup2's one hierarchy, rather than the one of a version 1 controller.</param>
internal sealed record ProcessCgroup(string Directory, bool IsVersion2)
{
    private const string DevicesController = "devices";

    /// <summary>
    /// The cgroup whose device rules hold for a process: version 1's, where that controller is mounted and the process is in a cgroup of its
    /// own there (hybrid hosts mount both versions); else version 2's.
    /// </summary>
    /// <param name="cgroups"><c>/proc/PID/cgroup</c>. https://man7.org/linux/man-pages/man7/cgroups.7.html</param>
    /// <param name="mounts">The mounts of the reading process.</param>
    /// <returns><see langword="null"/> when the process is in none that is mounted.</returns>
    public static ProcessCgroup? OfDevices(string cgroups, IReadOnlyCollection<Mount> mounts) => OfVersion1(cgroups, mounts) ?? OfUnified(cgroups, mounts);

    /// <summary>The cgroup in the hierarchy of version 1's controller devices, the hierarchy's root aside.</summary>
    public static ProcessCgroup? OfVersion1(string cgroups, IReadOnlyCollection<Mount> mounts)
    {
        var own = Memberships(cgroups).Find(fields => fields[1].Split(',').Contains(DevicesController))?[2];
        return own is not (null or "/") && Find(own, mounts.Where(mount => mount.Type == "cgroup" && mount.Options.Contains(DevicesController))) is { } directory
            ? new ProcessCgroup(directory, false)
            : null;
    }

    /// <summary>The cgroup in version 2's one hierarchy, whether other controllers are version 1's or not.</summary>
    public static ProcessCgroup? OfUnified(string cgroups, IReadOnlyCollection<Mount> mounts)
    {
        var unified = Memberships(cgroups).Find(fields => fields[0] == "0" && fields[1].Length == 0)?[2];
        return unified is not null && Find(unified, mounts.Where(mount => mount.Type == "cgroup2")) is { } directory ? new ProcessCgroup(directory, true) : null;
    }

    private static List<string[]> Memberships(string cgroups) => [.. cgroups.Split('\n').Select(line => line.Split(':', 3)).Where(fields => fields.Length == 3)];

    // A mount may show a part of the hierarchy only, as inside a container of an outer engine.
    private static string? Find(string cgroup, IEnumerable<Mount> mounts)
    {
        foreach (var mount in mounts)
        {
            var root = mount.Root == "/" ? "" : mount.Root;
            var isBelow = cgroup == mount.Root || cgroup.StartsWith(root + "/", StringComparison.Ordinal);
            // "/.." is what lies outside the reading process's cgroup namespace, and no directory of this mount.
            if (isBelow && !$"{cgroup[root.Length..]}/".Contains("/../", StringComparison.Ordinal))
                return mount.MountPoint + cgroup[root.Length..];
        }

        return null;
    }
}

using GpuRuntime.Core.Monitoring;
using GpuRuntime.Core.Monitoring.Attribution;
using GpuRuntime.Fuzz.Tests.Contract;
using GpuRuntime.Fuzz.Tests.Inputs;
using GpuRuntime.Linux.Cgroups;
using GpuRuntime.Linux.Mounts;

namespace GpuRuntime.Fuzz.Tests.Targets;

/// <summary>Files of <c>/proc/PID</c>, in which names stand that containers choose.</summary>
internal static class ProcessFileTargets
{
    /// <summary><c>mountinfo</c>, and behind a zero byte <c>cgroup</c>.</summary>
    public static void RunCgroups(ReadOnlySpan<byte> input)
    {
        var (mountinfo, cgroups) = InputText.Two(input);
        List<Mount> mounts = [.. MountTable.Parse(mountinfo)];
        foreach (var cgroup in (ProcessCgroup?[])[ProcessCgroup.OfDevices(cgroups, mounts), ProcessCgroup.OfVersion1(cgroups, mounts), ProcessCgroup.OfUnified(cgroups, mounts)])
        {
            Broken.Unless(cgroup is null || mounts.Any(mount => IsIn(cgroup.Directory, mount)), "a cgroup lies in a mount, and does not lead out of it");
        }

        if (CgroupPath.Container(cgroups) is { } container)
            Broken.Unless(container.Id.Length is > 0 and <= 76 && !container.Id.Contains('/', StringComparison.Ordinal), "a container's id is a name");
        Broken.Unless(CgroupPath.Paths(cgroups).All(path => path.Length > 1), "the root is nobody's own cgroup");
    }

    private static bool IsIn(string directory, Mount mount) =>
        directory.StartsWith(mount.MountPoint, StringComparison.Ordinal) && !$"{directory[mount.MountPoint.Length..]}/".Contains("/../", StringComparison.Ordinal);

    /// <summary><c>fdinfo/FD</c> of a DRM client.</summary>
    public static void RunClient(ReadOnlySpan<byte> input)
    {
        var text = System.Text.Encoding.Latin1.GetString(input);
        if (DrmClient.Parse(text) is not { } client)
            return;
        Broken.Unless(client.DeviceMemoryBytes is null or >= 0, "memory is no less than none");
        Broken.Unless(client.Engines.All(engine => engine.Engine.Length > 0), "an engine has a name");
    }
}

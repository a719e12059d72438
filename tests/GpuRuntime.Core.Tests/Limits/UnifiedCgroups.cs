using System.Globalization;

namespace GpuRuntime.Core.Tests.Limits;

/// <summary>cgroup version 2 in a simulated host's sysfs, as its root shows itself.</summary>
internal static class UnifiedCgroups
{
    /// <param name="sys">The directory that stands for /sys.</param>
    /// <param name="regions">Of the dmem controller, with their sizes in bytes; without any the kernel has no such controller.</param>
    public static void Mount(string sys, params (string Name, long Bytes)[] regions)
    {
        var root = Directory.CreateDirectory(Path.Combine(sys, "fs/cgroup")).FullName;
        File.WriteAllText(Path.Combine(root, "cgroup.controllers"), regions.Length == 0 ? "cpu io memory pids\n" : "cpu io memory pids dmem\n");
        if (regions.Length > 0)
            File.WriteAllText(Path.Combine(root, "dmem.capacity"), string.Concat(regions.Select(region => string.Create(CultureInfo.InvariantCulture, $"{region.Name} {region.Bytes}\n"))));
    }
}

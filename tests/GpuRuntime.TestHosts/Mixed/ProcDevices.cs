namespace GpuRuntime.TestHosts;

/// <summary>/proc/devices.</summary>
internal static class ProcDevices
{
    private static readonly (int Major, string Name)[] Always =
    [
        (1, "mem"), (4, "/dev/vc/0"), (4, "tty"), (4, "ttyS"), (5, "/dev/tty"), (5, "/dev/console"), (5, "/dev/ptmx"), (10, "misc"), (13, "input"),
        (29, "fb"), (128, "ptm"), (136, "pts"), (180, "usb"), (189, "usb_device"), (DriverNumbers.Drm, "drm"), (241, "aux"),
    ];

    public static void Write(string proc, IEnumerable<(int Major, string Name)> drivers)
    {
        var lines = Always.Concat(drivers).OrderBy(driver => driver.Major).Select(driver => $"{driver.Major,3} {driver.Name}\n");
        FileTree.Write(
            Path.Combine(proc, "devices"),
            $"Character devices:\n{string.Concat(lines)}\nBlock devices:\n  7 loop\n  8 sd\n  9 md\n259 blkext\n");
    }
}

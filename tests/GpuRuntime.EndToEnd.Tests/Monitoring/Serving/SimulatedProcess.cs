using System.Globalization;

namespace GpuRuntime.EndToEnd.Tests.Monitoring;

/// <summary>A process of a simulated host's /proc, with as much as tells whose it is.</summary>
internal static class SimulatedProcess
{
    private const long ClockTicks = 4711;

    /// <param name="container">Of Docker's, whose cgroup it is in; <see langword="null"/>: of none.</param>
    public static void Begin(string proc, int pid, string name, string? container)
    {
        var directory = Directory.CreateDirectory(Path.Combine(proc, pid.ToString(CultureInfo.InvariantCulture))).FullName;
        Directory.CreateDirectory(Path.Combine(directory, "fd"));
        Directory.CreateDirectory(Path.Combine(directory, "fdinfo"));
        File.WriteAllText(Path.Combine(directory, "comm"), $"{name}\n");
        File.WriteAllText(Path.Combine(directory, "cgroup"), container is null ? "0::/user.slice\n" : $"0::/system.slice/docker-{container}.scope\n");
        // https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html: the 22nd value is when it began.
        File.WriteAllText(Path.Combine(directory, "stat"), string.Create(CultureInfo.InvariantCulture, $"{pid} ({name}) S 1 {string.Join(' ', Enumerable.Repeat("0", 17))} {ClockTicks} 0\n"));
    }
}

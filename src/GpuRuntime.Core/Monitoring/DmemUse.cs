using System.Globalization;

namespace GpuRuntime.Core.Monitoring;

/// <summary>
/// What a cgroup holds of regions of device memory: <c>dmem.current</c>, lines of <c>REGION BYTES</c>. Source:
/// Documentation/admin-guide/cgroup-v2.rst, kernel/cgroup/dmem.c.
/// </summary>
public static class DmemUse
{
    /// <summary>The file in a cgroup that has the controller.</summary>
    public const string File = "dmem.current";

    /// <summary>The sum over regions, in bytes; <see langword="null"/> unless the text tells of each of them.</summary>
    public static long? Of(string text, IReadOnlyCollection<string> regions)
    {
        var found = 0;
        var sum = 0UL;
        foreach (var line in text.Split('\n'))
        {
            if (line.Split(' ') is not [var name, var value] || !regions.Contains(name)
                || !long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var bytes))
                continue;
            found++;
            sum += (ulong)bytes;
        }

        return found > 0 && found == regions.Count && sum <= long.MaxValue ? (long)sum : null;
    }
}

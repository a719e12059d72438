using System.Globalization;
using GpuRuntime.Core.Limits;

namespace GpuRuntime.Core.Oci;

/// <summary>Joins our value of a cgroup file with one that the container has already. The lower limit counts.</summary>
public static class UnifiedValue
{
    /// <param name="present">The container's own; <see langword="null"/> for none.</param>
    /// <param name="hasMemoryLimit">The container's host memory is limited already.</param>
    /// <returns><see langword="null"/> when it stays as it is.</returns>
    public static string? Merge(string? present, CgroupValue value, bool hasMemoryLimit)
    {
        if (value.Lines is [var single] && !single.Contains(' ', StringComparison.Ordinal))
            return hasMemoryLimit ? null : single;
        var lines = new List<string>();
        var own = value.Lines.ToDictionary(Region, StringComparer.Ordinal);
        foreach (var line in (present ?? "").Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (own.TryGetValue(Region(line), out var ours) && Limit(line) >= Limit(ours))
                continue;
            lines.Add(line);
            _ = own.Remove(Region(line));
        }

        lines.AddRange(value.Lines.Where(line => own.ContainsKey(Region(line))));
        var merged = string.Join('\n', lines);
        return merged == present ? null : merged;
    }

    private static string Region(string line) => line.Split(' ', 2)[0];

    // "max", and what is no number, is no limit.
    private static ulong Limit(string line) =>
        line.Split(' ', 2, StringSplitOptions.TrimEntries) is [_, var text] && ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var bytes) ? bytes : ulong.MaxValue;
}

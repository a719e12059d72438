using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace GpuRuntime.Linux.Mounts;

/// <summary>One mount of a mount namespace.</summary>
/// <param name="Root">The path in its file system that is mounted.</param>
/// <param name="MountPoint">Where, as the reading process sees it.</param>
/// <param name="IsShared">Mounts that are made on it appear in its peers, in other namespaces too.</param>
/// <param name="Options">Those of the file system, such as a cgroup hierarchy's controllers.</param>
internal sealed record Mount(ulong Id, string Root, string MountPoint, bool IsShared, string Type, ImmutableArray<string> Options);

/// <summary>Reads <c>/proc/PID/mountinfo</c>. https://man7.org/linux/man-pages/man5/proc_pid_mountinfo.5.html</summary>
internal static class MountTable
{
    private const int FieldsBeforeTags = 6;

    /// <summary>The mounts in the file's order; a line that does not follow the format is left out.</summary>
    public static IEnumerable<Mount> Parse(string text) => text.Split('\n').Select(ParseLine).OfType<Mount>();

    private static Mount? ParseLine(string line)
    {
        var fields = line.Split(' ');
        var separator = Array.IndexOf(fields, "-", Math.Min(FieldsBeforeTags, fields.Length));
        if (separator < 0 || fields.Length < separator + 4 || !ulong.TryParse(fields[0], NumberStyles.None, CultureInfo.InvariantCulture, out var id))
            return null;
        return new Mount(
            id, Unescaped(fields[3]), Unescaped(fields[4]), fields[FieldsBeforeTags..separator].Any(tag => tag.StartsWith("shared:", StringComparison.Ordinal)),
            fields[separator + 1], [.. fields[separator + 3].Split(',')]);
    }

    // Space, tab, newline and backslash are written as \040 and the like.
    private static string Unescaped(string text)
    {
        if (!text.Contains('\\', StringComparison.Ordinal))
            return text;
        var plain = new StringBuilder(text.Length);
        for (var at = 0; at < text.Length; at++)
        {
            if (text[at] == '\\' && at + 3 < text.Length && text.AsSpan(at + 1, 3).IndexOfAnyExceptInRange('0', '7') < 0)
            {
                plain.Append((char)(((text[at + 1] - '0') << 6) | ((text[at + 2] - '0') << 3) | (text[at + 3] - '0')));
                at += 3;
            }
            else
            {
                plain.Append(text[at]);
            }
        }

        return plain.ToString();
    }
}

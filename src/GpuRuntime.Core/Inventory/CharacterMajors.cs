using System.Globalization;

namespace GpuRuntime.Core.Inventory;

/// <summary>The character devices of <c>/proc/devices</c>: which major a driver has.</summary>
public sealed class CharacterMajors
{
    private readonly Dictionary<string, uint> _majors = new(StringComparer.Ordinal);

    private CharacterMajors()
    {
    }

    /// <summary>The major of a driver's name; <see langword="null"/> when it is not registered.</summary>
    public uint? this[string name] => _majors.TryGetValue(name, out var major) ? major : null;

    public static CharacterMajors Parse(string text)
    {
        var majors = new CharacterMajors();
        foreach (var line in text.Split('\n'))
        {
            if (line.StartsWith("Block devices", StringComparison.Ordinal))
                break;
            var trimmed = line.AsSpan().Trim();
            var space = trimmed.IndexOf(' ');
            if (space > 0 && uint.TryParse(trimmed[..space], NumberStyles.None, CultureInfo.InvariantCulture, out var major))
                majors._majors.TryAdd(trimmed[(space + 1)..].Trim().ToString(), major);
        }

        return majors;
    }
}

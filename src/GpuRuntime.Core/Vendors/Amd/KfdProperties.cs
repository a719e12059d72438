using System.Globalization;

namespace GpuRuntime.Core.Vendors.Amd;

/// <summary>A <c>properties</c> file of KFD's topology: lines of <c>name value</c>, decimal.</summary>
internal static class KfdProperties
{
    /// <returns><see langword="null"/> when it has no such line, or one without a number.</returns>
    public static ulong? Value(string properties, string name)
    {
        foreach (var line in properties.AsSpan().EnumerateLines())
        {
            var space = line.IndexOf(' ');
            if (space > 0 && line[..space].SequenceEqual(name))
                return ulong.TryParse(line[(space + 1)..].Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : null;
        }

        return null;
    }
}

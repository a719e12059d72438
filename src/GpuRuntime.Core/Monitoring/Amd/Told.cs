using System.Collections.Immutable;

namespace GpuRuntime.Core.Monitoring.Amd;

/// <summary>Lists of what is known.</summary>
internal static class Told
{
    public static ImmutableArray<T> Of<T>(params ReadOnlySpan<T?> values)
        where T : class
    {
        var known = ImmutableArray.CreateBuilder<T>();
        foreach (var value in values)
        {
            if (value is not null)
                known.Add(value);
        }

        return known.DrainToImmutable();
    }

    /// <summary>The first list, and of the second what the first does not name.</summary>
    public static ImmutableArray<T> Joined<T>(ImmutableArray<T> first, IEnumerable<T> second, Func<T, string> name) =>
        [.. first, .. second.Where(value => !first.Any(known => name(known) == name(value)))];
}

namespace GpuRuntime.Core.Monitoring;

/// <summary>
/// The lines of a DRM client's file that begin with <c>drm-</c>, found in one go: an agent reads hundreds of these files a second, and what stands in them
/// is looked for by several readers.
/// </summary>
internal readonly ref struct DrmLines
{
    /// <summary>Drivers print forty at most. Whoever makes up a longer file is read as far as this.</summary>
    public const int Most = 128;

    private const string Prefix = "drm-";

    private readonly ReadOnlySpan<char> _text;
    private readonly Span<Place> _places;

    /// <param name="places">Room for <see cref="Most"/>.</param>
    public DrmLines(ReadOnlySpan<char> text, Span<Place> places)
    {
        _text = text;
        _places = places;
        for (var start = 0; start < text.Length && Count < places.Length;)
        {
            var length = text[start..].IndexOf('\n');
            var line = length < 0 ? text[start..] : text.Slice(start, length);
            if (line.StartsWith(Prefix, StringComparison.Ordinal) && line.IndexOf(':') is > 0 and var colon)
                places[Count++] = new Place(start + Prefix.Length, start + colon, start + line.Length);
            start += line.Length + 1;
        }
    }

    public int Count { get; }

    /// <summary>Without the <c>drm-</c> that all have.</summary>
    public ReadOnlySpan<char> Key(int line) => _text[_places[line].Key.._places[line].Colon];

    public ReadOnlySpan<char> Value(int line) => _text[(_places[line].Colon + 1).._places[line].End].Trim();

    /// <summary>The value of the first line whose key is made of these two parts; empty where there is none.</summary>
    public ReadOnlySpan<char> Find(ReadOnlySpan<char> prefix, ReadOnlySpan<char> name)
    {
        for (var i = 0; i < Count; i++)
        {
            var key = Key(i);
            if (key.Length == prefix.Length + name.Length && key.StartsWith(prefix) && key[prefix.Length..].SequenceEqual(name))
                return Value(i);
        }

        return default;
    }

    /// <summary>Where a line's key begins, where its colon is, and where it ends.</summary>
    internal readonly record struct Place(int Key, int Colon, int End);
}

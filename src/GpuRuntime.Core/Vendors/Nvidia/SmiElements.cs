namespace GpuRuntime.Core.Vendors.Nvidia;

/// <summary>
/// Goes through the elements of nvidia-smi's XML, which is plain: no entities, no CDATA, attributes in double quotes. .NET's XML reader would make the
/// static executable half as large again (4.2 of 8 MB) for this one report.
/// </summary>
internal ref struct SmiElements(string xml)
{
    private readonly List<string> _open = [];
    private ReadOnlySpan<char> _rest = xml;
    private string _attributes = "";
    private bool _isClosed;

    /// <summary>Names from the outermost element to the current one, with slashes between.</summary>
    public readonly string Path => string.Join('/', _open);

    public readonly string Name => _open[^1];

    public readonly int Depth => _open.Count;

    /// <summary>What stands between the start of the current element and the next tag.</summary>
    public string Text { get; private set; } = "";

    /// <summary>Every element was closed.</summary>
    public readonly bool IsAtEnd => _open.Count == 0;

    /// <summary>Goes to the start of the next element; those that end in between are left.</summary>
    public bool Next()
    {
        if (_isClosed)
            _open.RemoveAt(_open.Count - 1);
        _isClosed = false;
        while (_rest.IndexOf('<') is var start and >= 0 && _rest[start..].IndexOf('>') is var length and > 0)
        {
            var tag = _rest.Slice(start + 1, length - 1);
            _rest = _rest[(start + length + 1)..];
            if (tag.StartsWith('?') || tag.StartsWith('!'))
                continue;
            if (tag.StartsWith('/'))
            {
                if (_open.Count == 0 || !tag[1..].Trim().SequenceEqual(_open[^1]))
                    return false;
                _open.RemoveAt(_open.Count - 1);
                continue;
            }

            _isClosed = tag.EndsWith('/');
            tag = _isClosed ? tag[..^1] : tag;
            var space = tag.IndexOf(' ');
            _open.Add((space < 0 ? tag : tag[..space]).ToString());
            _attributes = space < 0 ? "" : tag[space..].ToString();
            Text = _rest[..(_rest.IndexOf('<') is var next and >= 0 ? next : _rest.Length)].Trim().ToString();
            return true;
        }

        return false;
    }

    /// <summary>An attribute of the current element; empty when it has none of that name.</summary>
    public readonly string Attribute(string name)
    {
        var start = _attributes.IndexOf($" {name}=\"", StringComparison.Ordinal);
        if (start < 0)
            return "";
        var value = _attributes.AsSpan(start + name.Length + 3);
        return value.IndexOf('"') is var end and >= 0 ? value[..end].ToString() : "";
    }
}

using System.Text.Json;

namespace GpuRuntime.Core.Oci;

/// <summary>A value in a <see cref="JsonTree"/>.</summary>
public sealed class JsonValue
{
    private readonly JsonTree _tree;
    private readonly int _index;

    internal JsonValue(JsonTree tree, int index)
    {
        _tree = tree;
        _index = index;
    }

    public bool IsObject => Entry.Kind == JsonTokenType.StartObject;

    public bool IsArray => Entry.Kind == JsonTokenType.StartArray;

    public bool IsNull => Entry.Kind == JsonTokenType.Null;

    public bool IsTrue => Entry.Kind == JsonTokenType.True;

    /// <summary>First byte of the value in the document.</summary>
    public int Start => Entry.Start;

    /// <summary>One behind the last byte of the value.</summary>
    public int End => Entry.End;

    /// <summary>First byte of an object's member, which is its key.</summary>
    public int KeyStart => Entry.KeyStart;

    /// <summary>One behind the last byte of the key.</summary>
    public int KeyEnd => Entry.KeyEnd;

    public ReadOnlySpan<byte> Raw => _tree.Slice(Start, End);

    private JsonTree.Entry Entry => _tree[_index];

    /// <summary>A member of an object; <see langword="null"/> when absent, or when this is no object.</summary>
    public JsonValue? this[string name]
    {
        get
        {
            if (!IsObject)
                return null;
            foreach (var member in Children())
            {
                if (member.HasKey(name))
                    return member;
            }

            return null;
        }
    }

    /// <summary>The text of a string; <see langword="null"/> for other kinds and for text that is not valid Unicode.</summary>
    public string? AsText()
    {
        if (Entry.Kind != JsonTokenType.String)
            return null;
        try
        {
            return _tree.Decode(Start, End);
        }
        catch (InvalidOperationException)
        {
            // Half a surrogate pair: no name or value that we look for.
            return null;
        }
    }

    public long? AsInteger() => Entry.Kind == JsonTokenType.Number && System.Buffers.Text.Utf8Parser.TryParse(Raw, out long number, out var used) && used == Raw.Length ? number : null;

    /// <summary>Members of an object or items of an array, in order; nothing for other kinds.</summary>
    public IEnumerable<JsonValue> Children()
    {
        if (!HasChildren)
            yield break;
        for (var child = _index + 1; child != 0; child = _tree[child].Next)
            yield return new JsonValue(_tree, child);
    }

    /// <summary>The key of an object's member.</summary>
    public string Key => _tree.Decode(Entry.KeyStart, Entry.KeyEnd);

    // A container that closes right behind its opening has no child; the next entry, if any, is somebody else's.
    private bool HasChildren => (IsObject || IsArray) && _tree.HasEntryInside(_index);

    private bool HasKey(string name)
    {
        var raw = _tree.Slice(Entry.KeyStart + 1, Entry.KeyEnd - 1);
        if (raw.Contains((byte)'\\') || !System.Text.Ascii.IsValid(raw))
            return Key == name;
        return raw.Length == name.Length && System.Text.Ascii.Equals(raw, name);
    }
}

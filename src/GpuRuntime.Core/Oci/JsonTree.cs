using System.Text.Json;
using System.Text.Unicode;
using GpuRuntime.Core.Errors;

namespace GpuRuntime.Core.Oci;

/// <summary>
/// A JSON document as a table of where each value stands in the text. Nothing is converted, so that what we do not know or touch
/// survives byte for byte. Stricter than most parsers, because the low-level runtime must not read it another way than we do: no
/// repeated keys, no comments, nothing behind the document.
/// </summary>
public sealed class JsonTree
{
    /// <summary>Deeper nesting than any real configuration has.</summary>
    public const int DeepestNesting = 256;

    private const int MostValues = 4_000_000;
    private const int FewKeys = 12;

    private readonly byte[] _text;
    private readonly List<Entry> _entries;

    private JsonTree(byte[] text, List<Entry> entries)
    {
        _text = text;
        _entries = entries;
    }

    public ReadOnlySpan<byte> Text => _text;

    public JsonValue Root => new(this, 0);

    /// <param name="name">What the text is, for messages: a path.</param>
    /// <param name="invalid">The code of the error where it is not.</param>
    /// <exception cref="GpuRuntimeException"><paramref name="invalid"/>.</exception>
    public static JsonTree Parse(byte[] text, string name, ErrorCode invalid = ErrorCode.SpecInvalid)
    {
        try
        {
            return Utf8.IsValid(text) ? new JsonTree(text, Read(text)) : throw new FormatException("is not valid UTF-8");
        }
        catch (FormatException exception)
        {
            throw new GpuRuntimeException(invalid, $"{name} {exception.Message}.");
        }
        catch (JsonException exception)
        {
            throw new GpuRuntimeException(
                invalid,
                $"{name} is not valid JSON: it breaks off or goes wrong at line {exception.LineNumber + 1}, byte {exception.BytePositionInLine}.",
                exception);
        }
        catch (InvalidOperationException exception)
        {
            throw new GpuRuntimeException(invalid, $"{name} has a key that is not valid Unicode.", exception);
        }
    }

    internal Entry this[int index] => _entries[index];

    internal ReadOnlySpan<byte> Slice(int start, int end) => _text.AsSpan(start, end - start);

    internal string Decode(int start, int end)
    {
        var reader = new Utf8JsonReader(Slice(start, end));
        reader.Read();
        return reader.GetString()!;
    }

    internal bool HasEntryInside(int index) => index + 1 < _entries.Count && _entries[index + 1].Start < _entries[index].End;

    private static List<Entry> Read(byte[] text)
    {
        // About one value in twelve bytes of an ordinary configuration.
        var entries = new List<Entry>((text.Length / 12) + 16);
        var open = new Stack<int>();
        var lastChild = new Stack<int>();
        var reader = new Utf8JsonReader(text, new JsonReaderOptions { MaxDepth = DeepestNesting + 1 });
        int keyStart = -1, keyEnd = -1;
        while (reader.Read())
        {
            var start = (int)reader.TokenStartIndex;
            var end = (int)reader.BytesConsumed;
            switch (reader.TokenType)
            {
                case JsonTokenType.PropertyName:
                    keyStart = start;
                    // BytesConsumed is behind the colon here; the key's own end is what its content tells.
                    keyEnd = start + reader.ValueSpan.Length + 2;
                    continue;
                case JsonTokenType.EndObject or JsonTokenType.EndArray:
                    var closed = open.Pop();
                    lastChild.Pop();
                    entries[closed] = entries[closed] with { End = end };
                    if (reader.TokenType == JsonTokenType.EndObject)
                        RefuseRepeatedKeys(text, entries, closed);
                    continue;
            }

            if (entries.Count >= MostValues)
                throw new FormatException($"holds more than {MostValues} values");
            var index = entries.Count;
            entries.Add(new Entry(reader.TokenType, start, end, keyStart, keyEnd));
            keyStart = keyEnd = -1;
            if (lastChild.Count > 0)
            {
                if (lastChild.Pop() is var previous and >= 0)
                    entries[previous] = entries[previous] with { Next = index };
                lastChild.Push(index);
            }

            if (reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray)
            {
                if (open.Count == DeepestNesting)
                    throw new FormatException($"is nested more than {DeepestNesting} levels deep (line {text.AsSpan(0, start).Count((byte)'\n') + 1})");
                open.Push(index);
                lastChild.Push(-1);
            }
        }

        return entries;
    }

    private static void RefuseRepeatedKeys(byte[] text, List<Entry> entries, int container)
    {
        var keys = new List<(int Start, int End)>();
        // Every entry behind an object that is being closed belongs to it.
        if (container + 1 < entries.Count)
        {
            for (var child = container + 1; child != 0; child = entries[child].Next)
                keys.Add((entries[child].KeyStart, entries[child].KeyEnd));
        }

        var plain = keys.Count <= FewKeys && keys.TrueForAll(key => !text.AsSpan(key.Start, key.End - key.Start).Contains((byte)'\\'));
        if (plain)
        {
            for (var i = 1; i < keys.Count; i++)
            {
                for (var j = 0; j < i; j++)
                {
                    if (text.AsSpan(keys[i].Start, keys[i].End - keys[i].Start).SequenceEqual(text.AsSpan(keys[j].Start, keys[j].End - keys[j].Start)))
                        throw Repeated(new JsonTree(text, entries).Decode(keys[i].Start, keys[i].End));
                }
            }

            return;
        }

        var tree = new JsonTree(text, entries);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (start, end) in keys)
        {
            var key = tree.Decode(start, end);
            if (!seen.Add(key))
                throw Repeated(key);
        }
    }

    private static FormatException Repeated(string key) => new($"gives the key {PrintableText.Quote(key)} twice in one object, which parsers read differently");

    /// <summary>One value. Children follow their container; <see cref="Next"/> is the following sibling, 0 for none.</summary>
    internal readonly record struct Entry(JsonTokenType Kind, int Start, int End, int KeyStart, int KeyEnd)
    {
        public int Next { get; init; }
    }
}

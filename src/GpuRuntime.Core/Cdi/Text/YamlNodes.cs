using System.Globalization;
using System.Text;
using GpuRuntime.Core.Errors;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace GpuRuntime.Core.Cdi.Text;

/// <summary>
/// A YAML document as nodes: the part of YAML that is JSON written otherwise. What makes a small file large (aliases), runs code elsewhere (tags) or
/// is read differently by different parsers (several documents, merge keys, keys that are no text) is refused.
/// </summary>
internal sealed class YamlNodes
{
    private readonly Parser _events;
    private readonly string _name;
    private int _nodes;
    private int _line;

    private YamlNodes(string text, string name)
    {
        _events = new Parser(new StringReader(text));
        _name = name;
    }

    /// <exception cref="GpuRuntimeException">It is not YAML, or more of YAML than a specification needs.</exception>
    public static CdiNode Read(ReadOnlySpan<byte> text, string name)
    {
        var characters = Encoding.UTF8.GetString(text);
        RefuseUnprintable(characters, name);
        try
        {
            return new YamlNodes(characters, name).Document();
        }
        catch (YamlException exception)
        {
            throw CdiDocument.Refused(name, (int)exception.Start.Line, $"is not valid YAML ({PrintableText.Of(exception.Message)})", exception);
        }
        catch (Exception exception) when (exception is ArgumentException or InvalidOperationException or FormatException or ArithmeticException or IndexOutOfRangeException or NullReferenceException)
        {
            // The scanner checks less than it should where text is broken.
            throw CdiDocument.Refused(name, 0, "is not valid YAML", exception);
        }
    }

    // YAML 1.1, section 5.1. The scanner takes them, and a zero byte for the end of the text; the engines' parser refuses them.
    private static void RefuseUnprintable(string text, string name)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if ((char.IsControl(text[i]) && text[i] is not ('\t' or '\n' or '\r' or '\u0085')) || text[i] is '\ufeff' or '\ufffe' or '\uffff')
                throw CdiDocument.Refused(name, text.AsSpan(0, i).Count('\n') + 1, string.Create(CultureInfo.InvariantCulture, $"has the character U+{(int)text[i]:X4}, which YAML must not have but as an escape"));
        }
    }

    private CdiNode Document()
    {
        Next();
        if (Next() is StreamEnd)
            throw CdiDocument.Refused(_name, 1, "is empty");
        Next();
        var root = Node(1);
        Next();
        return Next() is StreamEnd ? root : throw Refused("holds more than one YAML document");
    }

    /// <summary>The node that begins with the current event; leaves its last event current.</summary>
    private CdiNode Node(int depth)
    {
        if (depth > CdiNode.DeepestNesting)
            throw Refused($"is nested more than {CdiNode.DeepestNesting} levels deep");
        if (++_nodes > CdiNode.MostNodes)
            throw Refused($"holds more than {CdiNode.MostNodes} values");
        var line = _line;
        return Current switch
        {
            AnchorAlias => throw Refused("has an alias (*name), which specifications must not have: write the value out"),
            NodeEvent { Anchor.IsEmpty: false } => throw Refused("has an anchor (&name), which specifications must not have"),
            NodeEvent { Tag.IsEmpty: false } => throw Refused("has a tag (!name), which specifications must not have"),
            MappingStart => new CdiNode(CdiNodeKind.Map, line) { Members = Members(depth) },
            SequenceStart => new CdiNode(CdiNodeKind.List, line) { Items = Items(depth) },
            Scalar { Style: ScalarStyle.Plain } scalar => YamlScalar.Plain(scalar.Value, line),
            Scalar scalar => new CdiNode(CdiNodeKind.Text, line) { Text = scalar.Value },
            _ => throw Refused("is not valid YAML"),
        };
    }

    private List<CdiMember> Members(int depth)
    {
        var members = new List<CdiMember>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        while (Next() is not MappingEnd)
        {
            if (Current is Scalar { Style: ScalarStyle.Plain, Value: "<<" })
                throw Refused("has a merge key (<<), which specifications must not have: write the members out");
            var key = Node(depth + 1);
            if (key.Kind is not CdiNodeKind.Text)
                throw CdiDocument.Refused(_name, key.Line, key.Kind is CdiNodeKind.List or CdiNodeKind.Map ? "has a key that is not a text" : $"has the key {PrintableText.Quote(key.Text)}, which is not a text: put it in quotes");
            if (!seen.Add(key.Text))
                throw CdiDocument.Refused(_name, key.Line, $"gives the key {PrintableText.Quote(key.Text)} twice in one object, which parsers read differently");
            Next();
            members.Add(new CdiMember(key.Text, key.Line, Node(depth + 1)));
        }

        return members;
    }

    private List<CdiNode> Items(int depth)
    {
        var items = new List<CdiNode>();
        while (Next() is not SequenceEnd)
            items.Add(Node(depth + 1));
        return items;
    }

    private ParsingEvent Current => _events.Current ?? throw Refused("is not valid YAML: it breaks off");

    private ParsingEvent Next()
    {
        if (!_events.MoveNext())
            throw Refused("is not valid YAML: it breaks off");
        // An object inside a list's brackets that has none of its own begins at line 1, the parser says.
        _line = Math.Max(_line, (int)Current.Start.Line);
        return Current;
    }

    private GpuRuntimeException Refused(string problem) => CdiDocument.Refused(_name, _line, problem);
}

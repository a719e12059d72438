using GpuRuntime.Core.Errors;
using GpuRuntime.Core.Oci;

namespace GpuRuntime.Core.Cdi.Text;

/// <summary>A JSON document as nodes.</summary>
internal ref struct JsonNodes
{
    private readonly string _name;
    private readonly ReadOnlySpan<byte> _text;
    private int _line = 1;
    private int _counted;
    private int _nodes;

    private JsonNodes(ReadOnlySpan<byte> text, string name)
    {
        _text = text;
        _name = name;
    }

    /// <exception cref="GpuRuntimeException">It is not JSON, or gives a key twice.</exception>
    public static CdiNode Read(byte[] text, string name)
    {
        var tree = JsonTree.Parse(text, name);
        return new JsonNodes(tree.Text, name).Node(tree.Root, 1);
    }

    private CdiNode Node(JsonValue value, int depth)
    {
        var line = LineAt(value.Start);
        if (depth > CdiNode.DeepestNesting)
            throw CdiDocument.Refused(_name, line, $"is nested more than {CdiNode.DeepestNesting} levels deep");
        if (++_nodes > CdiNode.MostNodes)
            throw CdiDocument.Refused(_name, line, $"holds more than {CdiNode.MostNodes} values");
        if (value.IsObject)
            return new CdiNode(CdiNodeKind.Map, line) { Members = Members(value, depth) };
        if (value.IsArray)
            return new CdiNode(CdiNodeKind.List, line) { Items = Items(value, depth) };
        if (value.IsNull)
            return new CdiNode(CdiNodeKind.Null, line);
        return Scalar(value, line);
    }

    private readonly CdiNode Scalar(JsonValue value, int line)
    {
        if (value.Raw[0] is (byte)'t' or (byte)'f')
            return new CdiNode(CdiNodeKind.Boolean, line) { Boolean = value.IsTrue, Text = value.IsTrue ? "true" : "false" };
        if (value.Raw[0] == (byte)'"')
            return new CdiNode(CdiNodeKind.Text, line) { Text = value.AsText() ?? throw CdiDocument.Refused(_name, line, "has half a surrogate pair in a text") };
        var digits = System.Text.Encoding.ASCII.GetString(value.Raw);
        return value.AsInteger() is { } integer
            ? new CdiNode(CdiNodeKind.Integer, line) { Integer = integer, Text = digits }
            : new CdiNode(CdiNodeKind.Number, line) { Text = digits };
    }

    private List<CdiMember> Members(JsonValue value, int depth)
    {
        var members = new List<CdiMember>();
        foreach (var child in value.Children())
        {
            var node = Node(child, depth + 1);
            members.Add(new CdiMember(child.Key, node.Line, node));
        }

        return members;
    }

    private List<CdiNode> Items(JsonValue value, int depth)
    {
        var items = new List<CdiNode>();
        foreach (var child in value.Children())
            items.Add(Node(child, depth + 1));
        return items;
    }

    // Values come in the order of the text.
    private int LineAt(int position)
    {
        _line += _text[_counted..position].Count((byte)'\n');
        _counted = position;
        return _line;
    }
}

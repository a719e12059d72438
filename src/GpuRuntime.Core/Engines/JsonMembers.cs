using System.Text;
using GpuRuntime.Core.Errors;
using GpuRuntime.Core.Oci;

namespace GpuRuntime.Core.Engines;

/// <summary>Sets and removes members of a JSON file in the file's own layout: indentation, line ends, spaces behind colons and commas.</summary>
internal sealed class JsonMembers
{
    private const string UsualIndent = "    ";
    private readonly JsonTree _tree;
    private readonly string _text;
    private readonly string _name;

    private JsonMembers(byte[] content, string name)
    {
        _name = name;
        try
        {
            _tree = JsonTree.Parse(content, name);
        }
        catch (GpuRuntimeException exception)
        {
            throw new GpuRuntimeException(ErrorCode.EngineConfigurationInvalid, $"{exception.Message.TrimEnd('.')}; the file stays as it is.", exception);
        }

        // Positions are those of bytes: one letter for each keeps them so, and is undone by the same encoding.
        _text = Encoding.Latin1.GetString(content);
        if (!_tree.Root.IsObject)
            throw new GpuRuntimeException(ErrorCode.EngineConfigurationInvalid, $"{name} is not a JSON object; it stays as it is.");
    }

    public JsonValue Root => _tree.Root;

    /// <exception cref="GpuRuntimeException"><see cref="ErrorCode.EngineConfigurationInvalid"/>.</exception>
    public static JsonMembers Parse(byte[] content, string name) => new(content, name);

    public JsonValue? Find(params ReadOnlySpan<string> path)
    {
        JsonValue? value = Root;
        foreach (var key in path)
            value = value?[key];
        return value;
    }

    /// <summary>The text with a member set, and objects made on the way to it.</summary>
    /// <param name="value">JSON text.</param>
    /// <exception cref="GpuRuntimeException"><see cref="ErrorCode.EngineConfigurationInvalid"/>: something else stands on the way.</exception>
    public byte[] Set(string value, params ReadOnlySpan<string> path)
    {
        var container = Root;
        for (var depth = 0; depth < path.Length; depth++)
        {
            if (!container.IsObject)
                throw new GpuRuntimeException(ErrorCode.EngineConfigurationInvalid, $"{_name}: {string.Join('.', path[..depth]!)} is not an object; the file stays as it is.");
            if (container[path[depth]] is not { } member)
                return Bytes(Insert(container, path[depth..], value));
            if (depth == path.Length - 1 || member.IsNull)
                return Bytes(EngineText.Splice(_text, member.Start, member.End, Nested(path[(depth + 1)..], value, EngineText.IndentBefore(_text, member.KeyStart))));
            container = member;
        }

        return _tree.Text.ToArray();
    }

    /// <summary>The text without a member, which is there.</summary>
    public byte[] Remove(params ReadOnlySpan<string> path)
    {
        var container = Find(path[..^1])!;
        var key = path[^1];
        var members = container.Children().ToList();
        var index = members.FindIndex(member => member.Key == key);
        var (start, end) = (index, members.Count) switch
        {
            (_, 1) => (container.Start + 1, container.End - 1),
            (0, _) => (members[0].KeyStart, members[1].KeyStart),
            // With the comma and the line end in front of it: what Insert puts behind the last one.
            _ => (members[index - 1].End, members[index].End),
        };
        return Bytes(EngineText.Splice(_text, start, end, ""));
    }

    private string Insert(JsonValue container, ReadOnlySpan<string> path, string value)
    {
        if (container.Children().LastOrDefault() is not { } last)
        {
            var outer = EngineText.LineIndent(_text, container.Start);
            var inner = container.Start == Root.Start || EngineText.IndentBefore(_text, container.KeyStart) is not null ? outer + Indent : null;
            return EngineText.Splice(_text, container.Start + 1, container.End - 1, inner is null ? Member(path, value, null) : $"{NewLine}{inner}{Member(path, value, inner)}{NewLine}{outer}");
        }

        var indent = EngineText.LineStart(_text, last.KeyStart) > container.Start ? EngineText.IndentBefore(_text, last.KeyStart) : null;
        var separator = indent is not null ? "," + NewLine + indent : Colon.EndsWith(' ') ? ", " : ",";
        return EngineText.Splice(_text, last.End, last.End, separator + Member(path, value, indent));
    }

    // Without an indentation: all in one line.
    private string Member(ReadOnlySpan<string> path, string value, string? indent) => $"\"{path[0]}\"{Colon}{Nested(path[1..], value, indent)}";

    private string Nested(ReadOnlySpan<string> path, string value, string? indent)
    {
        if (path.IsEmpty)
            return Latin1(value);
        var inner = indent is null ? null : indent + Indent;
        return inner is null ? $"{{{Member(path, value, null)}}}" : $"{{{NewLine}{inner}{Member(path, value, inner)}{NewLine}{indent}}}";
    }

    private string NewLine => EngineText.NewLine(_text);

    // As the root's members have it.
    private string Indent
    {
        get
        {
            var last = Root.Children().LastOrDefault();
            var indent = last is not null && EngineText.LineStart(_text, last.KeyStart) > Root.Start ? EngineText.IndentBefore(_text, last.KeyStart) : null;
            return indent is { Length: > 0 } ? indent : UsualIndent;
        }
    }

    private string Colon
    {
        get
        {
            var colon = Root.Children().FirstOrDefault() is { } first ? _text[first.KeyEnd..first.Start] : ": ";
            return colon.Contains('\n', StringComparison.Ordinal) ? ": " : colon;
        }
    }

    private static string Latin1(string text) => Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(text));

    private static byte[] Bytes(string text) => Encoding.Latin1.GetBytes(text);
}

using System.Collections.Immutable;
using GpuRuntime.Core.Errors;

namespace GpuRuntime.Core.Cdi.Text;

/// <summary>
/// An object of a specification, read field by field. Null counts as absent and an empty text as none, as the engines take them; what nobody asked for
/// is a problem.
/// </summary>
internal sealed class CdiFields
{
    private readonly CdiNode _node;
    private readonly CdiPath _path;
    private readonly CdiProblems _problems;
    private readonly bool[] _read;

    public CdiFields(CdiNode node, CdiPath path, CdiProblems problems)
    {
        _node = node;
        _path = path;
        _problems = problems;
        _read = new bool[node.Members.Count];
        if (node.Kind is not (CdiNodeKind.Map or CdiNodeKind.Null))
            problems.AddUnread(node, path, "must be an object");
    }

    /// <returns>The text, or an empty one.</returns>
    public string Text(string name) => OptionalText(name) ?? "";

    public string? OptionalText(string name) =>
        Take(name) is not { } node ? null
        : node.Kind == CdiNodeKind.Text ? (TextOf(node, _path.Member(name)) is { Length: > 0 } text ? text : null)
        : Unread<string?>(node, name, TextWanted(node));

    public ImmutableArray<string> Texts(string name)
    {
        var items = Items(name);
        if (items.Count == 0)
            return [];
        var texts = ImmutableArray.CreateBuilder<string>(items.Count);
        for (var i = 0; i < items.Count; i++)
        {
            var path = _path.Member(name).Item(i);
            if (items[i].Kind != CdiNodeKind.Text)
                _problems.AddUnread(items[i], path, TextWanted(items[i]));
            texts.Add(items[i].Kind == CdiNodeKind.Text ? TextOf(items[i], path) : "");
        }

        return texts.MoveToImmutable();
    }

    public bool? Flag(string name) =>
        Take(name) is not { } node ? null
        : node.Kind == CdiNodeKind.Boolean ? node.Boolean
        : Unread<bool?>(node, name, $"must be true or false, not {Described(node)}");

    public long? Integer(string name) =>
        Take(name) is not { } node ? null
        : node.Kind == CdiNodeKind.Integer ? node.Integer
        : Unread<long?>(node, name, $"must be a whole number, not {Described(node)}");

    /// <summary>A number from 0 to 4294967295.</summary>
    public uint? Unsigned(string name) => Take(name) is { } node ? Unsigned(node, _path.Member(name)) : null;

    public ImmutableArray<uint> UnsignedItems(string name)
    {
        var items = Items(name);
        if (items.Count == 0)
            return [];
        var numbers = ImmutableArray.CreateBuilder<uint>(items.Count);
        for (var i = 0; i < items.Count; i++)
            numbers.Add(Unsigned(items[i], _path.Member(name).Item(i)) ?? 0);
        return numbers.MoveToImmutable();
    }

    /// <summary>Reads every item of a list of objects.</summary>
    public ImmutableArray<T> Objects<T>(string name, Func<CdiFields, T> read)
    {
        var items = Items(name);
        if (items.Count == 0)
            return [];
        var objects = ImmutableArray.CreateBuilder<T>(items.Count);
        for (var i = 0; i < items.Count; i++)
        {
            var path = _path.Member(name).Item(i);
            if (items[i].Kind == CdiNodeKind.Null)
                _problems.AddUnread(items[i], path, "must be an object");
            objects.Add(Object(items[i], path, read));
        }

        return objects.MoveToImmutable();
    }

    /// <returns><see langword="default"/> when it is absent.</returns>
    public T? Object<T>(string name, Func<CdiFields, T> read)
        where T : class => Take(name) is { } node ? Object(node, _path.Member(name), read) : null;

    /// <summary>An object whose members are texts under any name.</summary>
    public ImmutableSortedDictionary<string, string> TextsByName(string name)
    {
        var texts = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        if (Take(name) is not { } node)
            return texts.ToImmutable();
        if (node.Kind != CdiNodeKind.Map)
            _problems.AddUnread(node, _path.Member(name), "must be an object");
        foreach (var member in node.Members)
        {
            var path = _path.Member(name).Member(member.Name);
            if (member.Value.Kind != CdiNodeKind.Text)
                _problems.AddUnread(member.Value, path, TextWanted(member.Value));
            texts[member.Name] = member.Value.Kind == CdiNodeKind.Text ? TextOf(member.Value, path) : "";
        }

        return texts.ToImmutable();
    }

    private T Object<T>(CdiNode node, CdiPath path, Func<CdiFields, T> read)
    {
        var fields = new CdiFields(node, path, _problems);
        var result = read(fields);
        fields.RefuseUnread();
        return result;
    }

    public void RefuseUnread()
    {
        for (var i = 0; i < _read.Length; i++)
        {
            if (!_read[i])
                _problems.Add(_path.Member(PrintableText.Of(_node.Members[i].Name)), "is no field of CDI's", _node.Members[i].Line);
        }
    }

    private List<CdiNode> Items(string name)
    {
        if (Take(name) is not { } node)
            return [];
        if (node.Kind != CdiNodeKind.List)
            _problems.AddUnread(node, _path.Member(name), "must be a list");
        return node.Items;
    }

    private CdiNode? Take(string name)
    {
        CdiNode? found = null;
        for (var i = 0; i < _read.Length; i++)
        {
            var member = _node.Members[i];
            if (!member.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
                continue;
            _read[i] = true;
            if (found is not null)
                _problems.Add(_path.Member(name), "is given twice", member.Line);
            found ??= member.Value;
        }

        return found is { Kind: not CdiNodeKind.Null } ? found : null;
    }

    private uint? Unsigned(CdiNode node, CdiPath path)
    {
        if (node is { Kind: CdiNodeKind.Integer, Integer: >= 0 and <= uint.MaxValue })
            return (uint)node.Integer;
        _problems.AddUnread(node, path, $"must be a whole number from 0 to {uint.MaxValue}, not {Described(node)}");
        return null;
    }

    private string TextOf(CdiNode node, CdiPath path)
    {
        // The kernel would take what stands before it, and half a pair is no text at all.
        if (node.Text.Contains('\0', StringComparison.Ordinal))
            _problems.AddUnread(node, path, "contains a zero byte");
        else if (HasHalfPair(node.Text))
            _problems.AddUnread(node, path, "has half a surrogate pair");
        return node.Text;
    }

    private static bool HasHalfPair(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (!char.IsSurrogate(text[i]))
                continue;
            if (!char.IsHighSurrogate(text[i]) || i + 1 == text.Length || !char.IsLowSurrogate(text[i + 1]))
                return true;
            i++;
        }

        return false;
    }

    private T? Unread<T>(CdiNode node, string name, string problem)
    {
        _problems.AddUnread(node, _path.Member(name), problem);
        return default;
    }

    private static string TextWanted(CdiNode node) =>
        node.Kind is CdiNodeKind.List or CdiNodeKind.Map or CdiNodeKind.Null ? $"must be a text, not {Described(node)}" : $"must be a text, not {Described(node)}: put it in quotes";

    private static string Described(CdiNode node) => node.Kind switch
    {
        CdiNodeKind.List => "a list",
        CdiNodeKind.Map => "an object",
        CdiNodeKind.Null => "null",
        CdiNodeKind.Text => PrintableText.Quote(node.Text),
        CdiNodeKind.Boolean => $"the truth value {PrintableText.Of(node.Text)}",
        _ => $"the number {(node.Text.Length <= 40 ? PrintableText.Of(node.Text) : PrintableText.Of(node.Text[..40]) + "...")}",
    };
}

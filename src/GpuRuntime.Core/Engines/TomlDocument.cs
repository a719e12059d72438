using System.Collections.Immutable;
using GpuRuntime.Core.Errors;
using Tomlyn.Parsing;
using Tomlyn.Syntax;

namespace GpuRuntime.Core.Engines;

/// <summary>Where the keys of a TOML file stand in its text. Nothing is converted: the text is what gets edited.</summary>
internal sealed class TomlDocument
{
    private readonly List<TomlTable> _tables = [];

    private TomlDocument(string text) => Text = text;

    public string Text { get; }

    /// <summary>What stands in front of the first header.</summary>
    public TomlTable Root => _tables[0];

    /// <summary>Neither a key nor a table: nothing but comments.</summary>
    public bool IsEmpty => _tables.Count == 1 && Root.Entries.IsEmpty;

    /// <param name="name">What the text is, for messages: a path.</param>
    /// <param name="hint">What an error means, where the text is one that we put together.</param>
    /// <exception cref="GpuRuntimeException"><see cref="ErrorCode.EngineConfigurationInvalid"/>, with line and column.</exception>
    public static TomlDocument Parse(string text, string name, string hint = "is not valid TOML")
    {
        var syntax = Syntax(text, name, hint);
        foreach (var problem in syntax.Diagnostics)
        {
            throw new GpuRuntimeException(
                ErrorCode.EngineConfigurationInvalid, $"{name} {hint}: line {problem.Span.Start.Line + 1}, column {problem.Span.Start.Column + 1}: {problem.Message}; it stays as it is.");
        }

        var document = new TomlDocument(text);
        document.Add([], 0, 0, syntax.KeyValues);
        foreach (var table in syntax.Tables)
        {
            // Tables in arrays have no name of their own: nothing of ours belongs into one.
            ImmutableArray<string> path = table is TableArraySyntax ? ["[]", .. Path(table.Name!)] : Path(table.Name!);
            document.Add(path, table.OpenBracket!.Span.Start.Offset, Behind(table.EndOfLineToken ?? table.CloseBracket!), table.Items);
        }

        return document;
    }

    /// <summary>The table that has this very header.</summary>
    public TomlTable? Table(params ReadOnlySpan<string> path)
    {
        foreach (var table in _tables)
        {
            if (path.SequenceEqual(table.Path.AsSpan()))
                return table;
        }

        return null;
    }

    /// <summary>The entry of this path, in a table, behind a dotted key or in an inline table.</summary>
    public TomlEntry? Find(params ReadOnlySpan<string> path)
    {
        foreach (var entry in _tables.SelectMany(table => table.Entries))
        {
            if (path.StartsWith(entry.Path.AsSpan()) && Inside(entry, path[entry.Path.Length..]) is { } found)
                return found;
        }

        return null;
    }

    /// <summary>The keys and tables right below a path.</summary>
    public HashSet<string> NamesBelow(ImmutableArray<string> path)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var table in _tables)
        {
            AddBelow(table.Path);
            foreach (var entry in table.Entries)
                AddBelow(entry.Path);
        }

        if (Find(path.AsSpan())?.Value is InlineTableSyntax inline)
        {
            foreach (var item in inline.Items)
                names.Add(Path(item.KeyValue!.Key!)[0]);
        }

        return names;

        void AddBelow(ImmutableArray<string> inner)
        {
            if (inner.Length > path.Length && inner.AsSpan().StartsWith(path.AsSpan()))
                names.Add(inner[path.Length]);
        }
    }

    private static DocumentSyntax Syntax(string text, string name, string hint)
    {
        try
        {
            return SyntaxParser.Parse(text, name);
        }
        catch (ArgumentException exception)
        {
            // What the lexer throws where it looks for a character behind the text's end.
            throw new GpuRuntimeException(ErrorCode.EngineConfigurationInvalid, $"{name} {hint}: it ends within an escape; it stays as it is.", exception);
        }
    }

    private static TomlEntry? Inside(TomlEntry entry, ReadOnlySpan<string> rest)
    {
        if (rest.IsEmpty)
            return entry;
        if (entry.Value is not InlineTableSyntax inline)
            return null;
        foreach (var item in inline.Items)
        {
            var inner = Entry(entry.Path, item.KeyValue!);
            var key = inner.Path.AsSpan()[entry.Path.Length..];
            if (rest.StartsWith(key) && Inside(inner, rest[key.Length..]) is { } found)
                return found;
        }

        return null;
    }

    private void Add(ImmutableArray<string> path, int start, int headerEnd, SyntaxList<KeyValueSyntax> items)
    {
        ImmutableArray<TomlEntry> entries = [.. items.Select(item => Entry(path, item))];
        _tables.Add(new TomlTable(path, start, entries.IsEmpty ? headerEnd : entries[^1].End, entries));
    }

    private static TomlEntry Entry(ImmutableArray<string> path, KeyValueSyntax item) =>
        new([.. path, .. Path(item.Key!)], item.Key!.Span.Start.Offset, Behind((SyntaxNodeBase?)item.EndOfLineToken ?? item.Value!), item.Value!);

    private static int Behind(SyntaxNodeBase node) => node.Span.End.Offset + 1;

    private static ImmutableArray<string> Path(KeySyntax key) => [Part(key.Key!), .. key.DotKeys.Select(item => Part(item.Key!))];

    private static string Part(BareKeyOrStringValueSyntax key) => key switch
    {
        StringValueSyntax quoted => quoted.Value!,
        _ => ((BareKeySyntax)key).Key!.Text!,
    };
}

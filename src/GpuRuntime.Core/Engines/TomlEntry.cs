using System.Collections.Immutable;
using Tomlyn.Syntax;

namespace GpuRuntime.Core.Engines;

/// <summary>A key and its value.</summary>
/// <param name="Path">From the file's root, the table's own included.</param>
/// <param name="End">Behind the end of its last line.</param>
internal sealed record TomlEntry(ImmutableArray<string> Path, int Start, int End, ValueSyntax Value)
{
    public int ValueStart => Value.Span.Start.Offset;

    public int ValueEnd => Value.Span.End.Offset + 1;

    /// <summary>Texts as <see cref="EngineText.Quote"/> writes them, whatever quotes they have; other values as they stand.</summary>
    public string Canonical(string text) => Text is { } value ? EngineText.Quote(value) : text[ValueStart..ValueEnd];

    public string? Text => (Value as StringValueSyntax)?.Value;

    public bool? Switch => (Value as BooleanValueSyntax)?.Value;

    public long? Number => (Value as IntegerValueSyntax)?.Value;

    /// <summary>An array's texts; nothing for other values.</summary>
    public IEnumerable<string> Texts => Value is ArraySyntax array ? array.Items.Select(item => (item.Value as StringValueSyntax)?.Value).OfType<string>() : [];
}

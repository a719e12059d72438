using System.Text;
using Tomlyn.Syntax;

namespace GpuRuntime.Core.Engines;

/// <summary>Changes of single values and lines of a TOML file, collected and then made at once.</summary>
internal sealed class TomlEdit(TomlDocument document)
{
    private readonly List<Splice> _splices = [];

    public bool IsNeeded => _splices.Count > 0;

    /// <summary>Sets a key, unless neither it nor a header of its table is there.</summary>
    public bool TrySet(TomlSetting setting)
    {
        if (document.Find(setting.Path) is { } entry)
        {
            if (setting.Replaces && entry.Canonical(document.Text) != setting.Value)
                _splices.Add(new Splice(entry.ValueStart, entry.ValueEnd, setting.Value));
            return true;
        }

        if (document.Table(setting.Table.AsSpan()) is not { } table || (table.Path.IsEmpty && table.Entries.IsEmpty))
            return false;
        AddLine(table, $"{setting.Key} = {setting.Value}");
        return true;
    }

    /// <summary>Puts a value back to what it was; an entry that was not there goes with its line.</summary>
    public void Restore(TomlEntry entry, string? value)
    {
        var start = EngineText.LineStart(document.Text, entry.Start);
        if (value is null)
            _splices.Add(new Splice(EngineText.IndentBefore(document.Text, entry.Start) is null ? entry.Start : start, entry.End, ""));
        else if (document.Text[entry.ValueStart..entry.ValueEnd] != value)
            _splices.Add(new Splice(entry.ValueStart, entry.ValueEnd, value));
    }

    /// <summary>Puts a text behind an array's last item, laid out as that is.</summary>
    public void Append(ArraySyntax array, string text)
    {
        if (array.Items.LastOrDefault() is not { } last)
        {
            var at = array.OpenBracket!.Span.End.Offset + 1;
            _splices.Add(new Splice(at, at, text));
            return;
        }

        var start = last.Value!.Span.Start.Offset;
        var isOnOwnLine = EngineText.IndentBefore(document.Text, start) is not null;
        var space = isOnOwnLine ? EngineText.NewLine(document.Text) + EngineText.LineIndent(document.Text, start) : " ";
        var behind = (last.Comma?.Span ?? last.Value.Span).End.Offset + 1;
        _splices.Add(new Splice(behind, behind, last.Comma is null ? $",{space}{text}" : $"{space}{text}{(isOnOwnLine ? "," : "")}"));
    }

    /// <summary>Takes an item of an array away, and the comma that it needed.</summary>
    public void Remove(ArraySyntax array, ArrayItemSyntax item)
    {
        var items = array.Items.ToList();
        var index = items.IndexOf(item);
        var (start, end) = (item.Value!.Span.Start.Offset, (item.Comma?.Span ?? item.Value.Span).End.Offset + 1);
        if (index > 0)
            (start, end) = (items[index - 1].Value!.Span.End.Offset + 1, item.Value.Span.End.Offset + 1);
        else if (items.Count > 1)
            end = items[1].Value!.Span.Start.Offset;
        _splices.Add(new Splice(start, end, ""));
    }

    public void AddLine(TomlTable table, string line)
    {
        var text = document.Text;
        var newLine = EngineText.NewLine(text);
        var indent = table.Entries.IsEmpty ? EngineText.LineIndent(text, table.HeaderStart) : EngineText.LineIndent(text, table.Entries[^1].Start);
        // Several lines may go to the end of a file that does not end its last one.
        _splices.Add(new Splice(table.End, table.End, text[..table.End].EndsWith('\n') ? indent + line + newLine : newLine + indent + line));
    }

    public string Result()
    {
        var result = new StringBuilder();
        var copied = 0;
        // The sort keeps the order of what goes to the same place.
        foreach (var splice in _splices.OrderBy(splice => splice.Start))
        {
            result.Append(document.Text, copied, splice.Start - copied).Append(splice.Text);
            copied = splice.End;
        }

        return result.Append(document.Text, copied, document.Text.Length - copied).ToString();
    }

    private sealed record Splice(int Start, int End, string Text);
}

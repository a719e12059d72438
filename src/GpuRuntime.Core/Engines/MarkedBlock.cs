using System.Text;
using GpuRuntime.Core.Errors;

namespace GpuRuntime.Core.Engines;

/// <summary>Our tables at the end of a TOML file, between two comments by which they are found again.</summary>
/// <param name="Outside">The file without them.</param>
/// <param name="Inside">Our tables, without the comments; <see langword="null"/>: there are none.</param>
internal sealed record MarkedBlock(string Outside, string? Inside)
{
    private const string Begin = "# BEGIN gpu-runtime";
    private const string End = "# END gpu-runtime";
    private const string Explanation = ": written by \"gpu-runtime configure\", which replaces it; \"--remove\" takes it away";

    /// <exception cref="GpuRuntimeException"><see cref="ErrorCode.EngineConfigurationInvalid"/>: the beginning has no end.</exception>
    public static MarkedBlock Split(string text, string name)
    {
        var start = LineOf(text, Begin, 0);
        if (start < 0)
            return new MarkedBlock(text, null);
        var end = LineOf(text, End, start);
        if (end < 0)
            throw new GpuRuntimeException(ErrorCode.EngineConfigurationInvalid, $"{name} has the line \"{Begin}\" and no \"{End}\" behind it; mend that first, the file stays as it is.");
        var inside = LineAfter(text, start);
        // The empty line in front is ours too.
        var newLine = EngineText.NewLine(text);
        var from = text[..start].EndsWith(newLine + newLine, StringComparison.Ordinal) ? start - newLine.Length : start;
        return new MarkedBlock(string.Concat(text.AsSpan(0, from), text.AsSpan(LineAfter(text, end))), text[inside..end]);
    }

    /// <summary>The file with the tables behind what it has.</summary>
    public static string Append(string outside, string inside)
    {
        if (inside.Length == 0)
            return outside;
        var newLine = EngineText.NewLine(outside);
        var text = new StringBuilder(outside);
        if (outside.Length > 0)
            text.Append(outside.EndsWith('\n') ? "" : newLine).Append(newLine);
        return text.Append(Begin).Append(Explanation).Append(newLine).Append(inside).Append(End).Append(newLine).ToString();
    }

    /// <summary>Settings as tables, each under its header.</summary>
    public static string Render(IEnumerable<TomlSetting> settings, string newLine)
    {
        var text = new StringBuilder();
        string? header = null;
        foreach (var setting in settings)
        {
            var table = string.Join('.', setting.Table.Select(Key));
            if (table != header && table.Length > 0)
                text.Append(text.Length > 0 ? newLine : "").Append('[').Append(table).Append(']').Append(newLine);
            header = table;
            text.Append(setting.Key).Append(" = ").Append(setting.Value).Append(newLine);
        }

        return text.ToString();
    }

    private static string Key(string key) => key.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_') ? key : EngineText.Quote(key);

    private static int LineOf(string text, string marker, int from)
    {
        for (var at = from; (at = text.IndexOf(marker, at, StringComparison.Ordinal)) >= 0; at++)
        {
            if (EngineText.LineStart(text, at) == at)
                return at;
        }

        return -1;
    }

    private static int LineAfter(string text, int at) => text.IndexOf('\n', at) is var end and >= 0 ? end + 1 : text.Length;
}

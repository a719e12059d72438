using System.Globalization;
using System.Text;
using GpuRuntime.Core.Errors;

namespace GpuRuntime.Agent.Top.Output;

/// <summary>
/// One line of a table with commas (https://www.rfc-editor.org/rfc/rfc4180), except that it ends as lines do here, and that no value holds a
/// control character. What is not known is empty.
/// </summary>
internal sealed class CsvLine
{
    private readonly StringBuilder _line = new();
    private bool _hasValues;

    public CsvLine Add(string? value)
    {
        if (_hasValues)
            _line.Append(',');
        _hasValues = true;
        var text = PrintableText.Of(value ?? "");
        if (text.AsSpan().ContainsAny(",\"\r\n"))
            _line.Append('"').Append(text.Replace("\"", "\"\"", StringComparison.Ordinal)).Append('"');
        else
            _line.Append(text);
        return this;
    }

    public CsvLine Add(long? value) => Add(value?.ToString(CultureInfo.InvariantCulture));

    public CsvLine Add(double? value) => Add(value?.ToString("0.######", CultureInfo.InvariantCulture));

    public CsvLine Add(DateTimeOffset? value) => Add(value?.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture));

    public override string ToString() => _line.ToString();
}

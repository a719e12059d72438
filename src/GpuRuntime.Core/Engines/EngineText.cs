using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using GpuRuntime.Core.Errors;

namespace GpuRuntime.Core.Engines;

/// <summary>The text of a configuration file and what its letters look like.</summary>
internal static class EngineText
{
    private const char ByteOrderMark = '\ufeff';
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The text without a byte order mark, and the mark.</summary>
    /// <exception cref="GpuRuntimeException"><see cref="ErrorCode.EngineConfigurationInvalid"/>.</exception>
    public static (string Mark, string Text) Decode(byte[]? content, string name)
    {
        try
        {
            var text = Strict.GetString(content ?? []);
            return text.StartsWith(ByteOrderMark) ? (text[..1], text[1..]) : ("", text);
        }
        catch (DecoderFallbackException exception)
        {
            throw new GpuRuntimeException(ErrorCode.EngineConfigurationInvalid, $"{name} is not valid UTF-8; it stays as it is.", exception);
        }
    }

    public static byte[] Encode(string text) => Strict.GetBytes(text);

    /// <summary>How lines end.</summary>
    public static string NewLine(string text) => text.IndexOf('\n', StringComparison.Ordinal) is var at and > 0 && text[at - 1] == '\r' ? "\r\n" : "\n";

    /// <summary>Where the line begins that this place is in.</summary>
    public static int LineStart(string text, int at) => at == 0 ? 0 : text.LastIndexOf('\n', at - 1) + 1;

    /// <summary>The white space that the line of a place begins with.</summary>
    public static string LineIndent(string text, int at)
    {
        var start = LineStart(text, at);
        var width = text.AsSpan(start, at - start).IndexOfAnyExcept(' ', '\t');
        return text[start..(width < 0 ? at : start + width)];
    }

    /// <summary>The white space in front of a place, if its line has nothing else there.</summary>
    public static string? IndentBefore(string text, int at)
    {
        var start = LineStart(text, at);
        var indent = text[start..at];
        return string.IsNullOrWhiteSpace(indent) ? indent : null;
    }

    public static string Splice(string text, int start, int end, string replacement) => string.Concat(text.AsSpan(0, start), replacement, text.AsSpan(end));

    /// <summary>A text in double quotes, which JSON and TOML write alike.</summary>
    public static string Quote(string text) => $"\"{JsonEncodedText.Encode(text, JavaScriptEncoder.UnsafeRelaxedJsonEscaping)}\"";
}

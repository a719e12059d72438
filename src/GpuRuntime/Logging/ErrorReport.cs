using System.Globalization;
using System.Text;
using System.Text.Json;
using GpuRuntime.Core.Errors;
using GpuRuntime.Linux.Logging;
using GpuRuntime.Linux.Paths;
using GpuRuntime.Runtime;

namespace GpuRuntime.Logging;

/// <summary>
/// Tells a failure the way a low-level runtime does: one line in the engine's <c>--log</c> file, from which the engine takes the sentence
/// that its user sees, and one on stderr.
/// </summary>
internal static class ErrorReport
{
    public static void Tell(OciCommandLine command, GpuRuntimeException exception)
    {
        var message = $"gpu-runtime: {exception.UserLine}";
        StandardLines.WriteError(message);
        Append(command, "error", message);
    }

    /// <summary>To the log alone: engines parse what other verbs print, stderr included.</summary>
    public static void Warn(OciCommandLine command, GpuRuntimeException exception) => Append(command, "warning", $"gpu-runtime: {exception.UserLine}");

    private static void Append(OciCommandLine command, string level, string message)
    {
        if (command.LogPath is not { Length: > 0 } path)
            return;
        var time = DateTime.UtcNow.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        var line = command.LogsJson
            ? $$"""{"level":"{{level}}","msg":"{{JsonEncodedText.Encode(message, System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping)}}","time":"{{time}}"}"""
            : $"time=\"{time}\" level={level} msg=\"{message.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
        if (!AppendedFile.TryWrite(path, Encoding.UTF8.GetBytes(line + "\n")))
            StandardLines.WriteError($"gpu-runtime: the log file {PrintableText.Quote(path)} cannot be written.");
    }
}

using System.Text.Json;

namespace GpuRuntime.Agent.Top.Sources;

/// <summary>An agent's answer, which may be of something that is no agent.</summary>
internal static class AnswerDocument
{
    /// <exception cref="FormatException">It is no such document: what is wrong with it, as a sentence without its end.</exception>
    public static T Read<T>(ReadOnlyMemory<byte> document, Func<JsonElement, T> read)
    {
        try
        {
            using var json = JsonDocument.Parse(document);
            return read(json.RootElement);
        }
        catch (JsonException exception)
        {
            // Its own message quotes what may be the whole answer.
            throw new FormatException($"it is no JSON: it breaks off or goes wrong at line {exception.LineNumber + 1}, byte {exception.BytePositionInLine}", exception);
        }
        catch (InvalidOperationException exception)
        {
            // A text that is not UTF-8, or an escape that is half of a character.
            throw new FormatException(exception.Message.TrimEnd('.'), exception);
        }
    }
}

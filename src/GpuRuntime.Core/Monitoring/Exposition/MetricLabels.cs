using System.Buffers;
using System.Text;

namespace GpuRuntime.Core.Monitoring.Exposition;

/// <summary>Labels that several series share, as they stand between the braces.</summary>
public sealed class MetricLabels
{
    // Names are whoever's who runs a process or makes an image. Ids are file names, which are shorter.
    private const int LongestValue = 256;

    public static readonly MetricLabels None = new([]);

    private readonly byte[] _text;

    private MetricLabels(byte[] text) => _text = text;

    public ReadOnlySpan<byte> Text => _text;

    /// <param name="labels">A label without a value is left out.</param>
    public static MetricLabels Of(params ReadOnlySpan<(string Name, string? Value)> labels)
    {
        var buffer = new ArrayBufferWriter<byte>(128);
        foreach (var (name, value) in labels)
        {
            if (value is null)
                continue;
            if (buffer.WrittenCount > 0)
                buffer.Write(","u8);
            Write(buffer, name, value);
        }

        return new MetricLabels(buffer.WrittenSpan.ToArray());
    }

    internal static void Write(IBufferWriter<byte> buffer, string name, string value)
    {
        Encoding.UTF8.GetBytes(name, buffer);
        buffer.Write("=\""u8);
        WriteEscaped(buffer, Cut(value));
        buffer.Write("\""u8);
    }

    // Not between the halves of a character.
    private static ReadOnlySpan<char> Cut(string value) =>
        value.Length <= LongestValue ? value : value.AsSpan(0, char.IsHighSurrogate(value[LongestValue - 1]) ? LongestValue - 1 : LongestValue);

    // The formats know three escapes. Other control characters are allowed there and do no good anywhere.
    private static void WriteEscaped(IBufferWriter<byte> buffer, ReadOnlySpan<char> value)
    {
        while (!value.IsEmpty)
        {
            var next = IndexOfSpecial(value);
            Encoding.UTF8.GetBytes(next < 0 ? value : value[..next], buffer);
            if (next < 0)
                return;
            buffer.Write(value[next] switch
            {
                '\\' => "\\\\"u8,
                '"' => "\\\""u8,
                '\n' => "\\n"u8,
                _ => "?"u8,
            });
            value = value[(next + 1)..];
        }
    }

    private static int IndexOfSpecial(ReadOnlySpan<char> value)
    {
        for (var index = 0; index < value.Length; index++)
        {
            if (value[index] is '\\' or '"' || char.IsControl(value[index]))
                return index;
        }

        return -1;
    }
}

using System.Globalization;
using System.Text;

namespace GpuRuntime.EndToEnd.Tests.Monitoring;

/// <summary>An answer as it came over the wire.</summary>
internal sealed record RawReply(int Status, IReadOnlyDictionary<string, string> Headers, byte[] Content)
{
    private static readonly byte[] EndOfHeaders = "\r\n\r\n"u8.ToArray();

    public string Text => Encoding.UTF8.GetString(Content);

    /// <returns><see langword="null"/> when it is no whole answer.</returns>
    public static RawReply? Parse(ReadOnlySpan<byte> bytes)
    {
        var end = bytes.IndexOf(EndOfHeaders);
        if (end < 0 || Encoding.ASCII.GetString(bytes[..end]).Split("\r\n") is not [var first, .. var lines] || first.Split(' ') is not ["HTTP/1.1", var status, ..])
            return null;
        var headers = lines.Select(static line => line.Split(": ", 2)).ToDictionary(static parts => parts[0], static parts => parts[1], StringComparer.OrdinalIgnoreCase);
        return new RawReply(int.Parse(status, CultureInfo.InvariantCulture), headers, bytes[(end + EndOfHeaders.Length)..].ToArray());
    }
}

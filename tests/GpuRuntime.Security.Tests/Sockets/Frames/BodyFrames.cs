using System.Text;

namespace GpuRuntime.Security.Tests.Sockets.Frames;

/// <summary>Requests with a body, which the agent wants of nobody, and with lengths of it that contradict one another.</summary>
internal static class BodyFrames
{
    private const string Hidden = "GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n";

    public static (string Kind, Func<Random, byte[]> Make)[] Makers { get; } =
    [
        ("body on GET", static random => [.. Request(random, $"Content-Length: {random.Next(0, 5_000)}"), .. random.Bytes(random.Next(0, 5_000))]),
        ("odd length", static random => [.. Request(random, $"Content-Length: {random.One("-1", "+5", "0x10", "9223372036854775808", "1e3", "5 5", "", "\0")}"), .. random.Bytes(5)]),
        ("two lengths", static random => [.. Request(random, $"Content-Length: {Hidden.Length}", $"Content-Length: {random.Next(0, 9)}"), .. Latin(Hidden)]),
        ("list of lengths", static random => [.. Request(random, $"Content-Length: {Hidden.Length}, {random.Next(0, 9)}"), .. Latin(Hidden)]),
        ("chunked with a length", static random => [.. Request(random, $"Content-Length: {random.Next(0, 9)}", "Transfer-Encoding: chunked"), .. Latin($"0\r\n\r\n{Hidden}")]),
        ("odd encoding", static random => [.. Request(random, $"Transfer-Encoding: {random.One("xchunked", "chunked, identity", "identity", "chunked, chunked", "\u000bchunked", "gzip, chunked", "CHUNKED")}"), .. Latin($"5\r\nhello\r\n0\r\n\r\n{Hidden}")]),
        ("chunks without end", static random => [.. Request(random, "Transfer-Encoding: chunked"), .. Enumerable.Range(0, random.Next(1, 2_000)).SelectMany(static _ => "5\r\nhello\r\n"u8.ToArray())]),
        ("odd chunk", static random => [.. Request(random, "Transfer-Encoding: chunked"), .. Latin($"{random.One("FFFFFFFFFFFFFFFF", "-1", "5;" + new string('x', 50_000), "", "\0", "5 ", "0x5", "7FFFFFFF")}\r\nhello\r\n")]),
        ("waits to be told to go on", static random => Request(random, $"Content-Length: {random.NextInt64(1, long.MaxValue)}", $"Expect: {random.One("100-continue", "200-ok", "\u0001")}")),
    ];

    private static byte[] Request(Random random, params string[] headers) =>
        Latin($"{random.One("GET", "HEAD", "POST", "PUT", "TRACE")} {random.One("/metrics", "/healthz", "/nothing")} HTTP/1.1\r\nHost: localhost\r\n{string.Join("\r\n", headers)}\r\n\r\n");

    private static byte[] Latin(string text) => Encoding.Latin1.GetBytes(text);
}

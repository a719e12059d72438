using System.Text;

namespace GpuRuntime.Security.Tests.Sockets.Frames;

/// <summary>Request lines and headers that are none, or not quite.</summary>
internal static class HttpFrames
{
    private const string Host = "Host: localhost\r\n";

    public static (string Kind, Func<Random, byte[]> Make)[] Makers { get; } =
    [
        ("random bytes", static random => random.Bytes(random.Next(1, 20_000))),
        ("truncated request", static random => Request(random) is var request ? request[..random.Next(1, request.Length)] : []),
        ("mutated request", Mutated),
        ("line with NUL", WithNul),
        ("path upwards", static random => Latin($"GET {Upwards(random)} HTTP/1.1\r\n{Host}\r\n")),
        ("odd target", static random => Latin($"{random.One("GET", "CONNECT", "OPTIONS", "HEAD")} {random.One("*", "localhost:1", "http://evil.example/metrics", "http://localhost:99999/", "http://[::1/", "?", "//", "/metrics#x", "/%", "/%zz", "/%ff%fe")} HTTP/1.1\r\n{Host}\r\n")),
        ("odd version", static random => Latin($"GET /healthz {random.One("HTTP/0.9", "HTTP/1.0", "HTTP/1.2", "HTTP/2.0", "HTTP/9999999999.1", "http/1.1", "HTTP/1.1 ", "")}\r\n{Host}\r\n")),
        ("huge header", static random => Latin($"GET /healthz HTTP/1.1\r\n{Host}X: {new string('x', random.Next(8_000, 300_000))}\r\n\r\n")),
        ("huge line", static random => Latin($"GET /{new string('x', random.Next(4_000, 300_000))} HTTP/1.1\r\n{Host}\r\n")),
        ("many headers", static random => Latin($"GET /healthz HTTP/1.1\r\n{Host}{string.Concat(Enumerable.Range(0, random.Next(30, 3_000)).Select(static number => $"X{number}: x\r\n"))}\r\n")),
        ("odd header", static random => Latin($"GET /healthz HTTP/1.1\r\n{Host}{random.One(": x", "X", "X : x", " X: x", "X\0: x", "X: \0", "X: a\rb", "X: \u00ff\u00fe", "\u00ff: x", "X:\t\t\t", "Host: localhost", "Connection: \u0001")}\r\n\r\n")),
        ("line ends of one byte", static random => Latin($"GET /healthz HTTP/1.1\r\n{Host}\r\n".Replace("\r\n", random.One("\n", "\r", "\n\r", "\r\r\n"), StringComparison.Ordinal))),
        ("one after another", static random => [.. Enumerable.Range(0, random.Next(2, 200)).SelectMany(_ => Request(random))]),
        ("asks for another protocol", static random => Latin($"GET /metrics HTTP/1.1\r\n{Host}Connection: Upgrade\r\nUpgrade: {random.One("websocket", "h2c", "TLS/1.0", "\u0001")}\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n")),
    ];

    /// <summary>One that the agent answers.</summary>
    private static byte[] Request(Random random) =>
        Latin($"{random.One("GET", "HEAD", "POST")} {random.One("/metrics", "/healthz", "/api/v1/gpus", "/api/v1/history?since=2026-01-31T12:00:00Z", "/", "/nothing")} HTTP/1.1\r\n{Host}Accept: {random.One("*/*", "application/openmetrics-text;q=0.9, */*;q=0.1", ";;,q=x", ",,,,")}\r\n\r\n");

    private static byte[] Mutated(Random random)
    {
        var bytes = Request(random);
        for (var count = random.Next(1, 10); count > 0; count--)
            bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
        return bytes;
    }

    private static byte[] WithNul(Random random)
    {
        var bytes = Request(random);
        bytes[random.Next(20)] = 0;
        return bytes;
    }

    private static string Upwards(Random random) =>
        "/" + string.Concat(Enumerable.Range(0, random.Next(1, 40)).Select(_ => random.One("../", "%2e%2e/", "..%2f", ".%2e/", "%252e%252e/", "..\\", "%c0%ae%c0%ae/", "./", "//"))) + random.One("etc/passwd", "metrics", "", "proc/self/environ%00");

    private static byte[] Latin(string text) => Encoding.Latin1.GetBytes(text);
}

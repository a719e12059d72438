using System.Buffers.Binary;

namespace GpuRuntime.Security.Tests.Sockets.Frames;

/// <summary>Frames of HTTP/2 (RFC 9113, section 4.1), which the agent does not speak.</summary>
internal static class Http2Frames
{
    public static (string Kind, Func<Random, byte[]> Make)[] Makers { get; } =
    [
        ("HTTP/2 preface and frames", static random => [.. Preface, .. Many(random)]),
        ("HTTP/2 frames without a preface", Many),
        ("truncated HTTP/2 preface", static random => Preface[..random.Next(1, Preface.Length)]),
    ];

    private static byte[] Preface => [.. "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8];

    private static byte[] Many(Random random) => [.. Enumerable.Range(0, random.Next(1, 50)).SelectMany(_ => One(random))];

    private static byte[] One(Random random)
    {
        var content = random.Bytes(random.Next(0, 200));
        var frame = new byte[9 + content.Length];
        BinaryPrimitives.WriteInt32BigEndian(frame, content.Length << 8);
        (frame[3], frame[4]) = ((byte)random.Next(12), (byte)random.Next(256));
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(5), random.Next());
        content.CopyTo(frame, 9);
        return frame;
    }
}

using System.Buffers.Binary;

namespace GpuRuntime.Security.Tests.Sockets.Frames;

/// <summary>Records of TLS (RFC 8446, section 5.1): type, version, length, content.</summary>
internal static class TlsFrames
{
    private const byte Handshake = 22;

    public static (string Kind, Func<Random, byte[]> Make)[] Makers { get; } =
    [
        ("random TLS records", static random => [.. Enumerable.Range(0, random.Next(1, 6)).SelectMany(_ => Record((byte)random.Next(20, 25), random.Bytes(random.Next(0, 2_000))))]),
        ("TLS record of another length", OfAnotherLength),
        ("random handshake", static random => Record(Handshake, Message((byte)random.Next(0, 25), random.Bytes(random.Next(0, 2_000))))),
        ("truncated ClientHello", static random => Hello(random) is var hello ? hello[..random.Next(1, hello.Length)] : []),
        ("mutated ClientHello", Mutated),
    ];

    private static byte[] Record(byte type, byte[] content)
    {
        var record = new byte[5 + content.Length];
        (record[0], record[1], record[2]) = (type, 3, 3);
        BinaryPrimitives.WriteUInt16BigEndian(record.AsSpan(3), (ushort)content.Length);
        content.CopyTo(record, 5);
        return record;
    }

    private static byte[] Message(byte type, byte[] content) => [type, (byte)(content.Length >> 16), (byte)(content.Length >> 8), (byte)content.Length, .. content];

    // Section 4.1.2, with supported_versions alone.
    private static byte[] Hello(Random random) =>
        Record(Handshake, Message(1, [3, 3, .. random.Bytes(32), 0, 0, 2, 0x13, 0x01, 1, 0, 0, 7, 0, 43, 0, 3, 2, 3, 4]));

    private static byte[] OfAnotherLength(Random random)
    {
        var record = Record((byte)random.Next(20, 25), random.Bytes(random.Next(1, 2_000)));
        BinaryPrimitives.WriteUInt16BigEndian(record.AsSpan(3), (ushort)random.Next(ushort.MaxValue));
        return record;
    }

    private static byte[] Mutated(Random random)
    {
        var hello = Hello(random);
        for (var count = random.Next(1, 6); count > 0; count--)
            hello[random.Next(hello.Length)] = (byte)random.Next(256);
        return hello;
    }
}

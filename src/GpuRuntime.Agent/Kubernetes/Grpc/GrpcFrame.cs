using System.Buffers.Binary;
using Google.Protobuf;

namespace GpuRuntime.Agent.Kubernetes.Grpc;

/// <summary>
/// A message on its way: a byte that says whether it is compressed, four of its length with the highest first, and the message.
/// https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md
/// </summary>
internal static class GrpcFrame
{
    private const int HeaderLength = 5;

    // What is told of a length is not believed before it is there.
    private const int FirstBuffer = 64 << 10;

    public static byte[] Of(IMessage message)
    {
        var size = message.CalculateSize();
        var frame = new byte[HeaderLength + size];
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), size);
        message.WriteTo(frame.AsSpan(HeaderLength));
        return frame;
    }

    /// <returns>The message's bytes; <see langword="null"/> when the stream ends before one begins.</returns>
    /// <exception cref="GrpcException">It is longer than <paramref name="most"/> bytes, compressed, or breaks off.</exception>
    public static async Task<byte[]?> ReadAsync(Stream stream, int most, CancellationToken cancellation)
    {
        var header = new byte[HeaderLength];
        var read = await stream.ReadAtLeastAsync(header, HeaderLength, throwOnEndOfStream: false, cancellation).ConfigureAwait(false);
        if (read == 0)
            return null;
        if (read < HeaderLength)
            throw new GrpcException("the answer breaks off");
        // We have asked for none that is.
        if (header[0] != 0)
            throw new GrpcException("the answer is compressed");
        if (BinaryPrimitives.ReadUInt32BigEndian(header.AsSpan(1)) is var length && length > most)
            throw new GrpcException($"the answer has {length} bytes, more than {most}");
        var message = new byte[Math.Min((int)length, FirstBuffer)];
        for (var filled = 0; filled < length;)
        {
            if (filled == message.Length)
                Array.Resize(ref message, (int)Math.Min(length, message.Length * 2L));
            var count = await stream.ReadAsync(message.AsMemory(filled), cancellation).ConfigureAwait(false);
            if (count == 0)
                throw new GrpcException("the answer breaks off");
            filled += count;
        }

        return message;
    }
}

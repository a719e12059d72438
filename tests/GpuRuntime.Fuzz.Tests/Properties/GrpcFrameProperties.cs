using System.Buffers.Binary;
using FsCheck;
using FsCheck.Fluent;
using GpuRuntime.Agent.Kubernetes.Grpc;

namespace GpuRuntime.Fuzz.Tests.Properties;

/// <summary>Frames that arrive in whatever pieces.</summary>
public sealed class GrpcFrameProperties
{
    private const int Most = 1 << 20;

    [Test]
    public void A_message_arrives_whole_in_whatever_pieces_it_comes()
    {
        var cases = from length in Gen.Choose(0, 300_000)
                    from piece in Gen.Elements(1, 3, 7, 4096, 65536, 65537, 1 << 20)
                    from value in Gen.Choose(0, 255)
                    select (Message: Enumerable.Repeat((byte)value, piece < 16 ? length % 2000 : length).ToArray(), piece);
        Prop.ForAll(cases.ToArbitrary(), pair => Read(Frame(pair.Message, pair.Message.Length), pair.piece).AsSpan().SequenceEqual(pair.Message)).Check(Seed.Of(60));
    }

    [Test]
    public void A_message_that_breaks_off_or_is_too_long_is_refused_before_there_is_room_for_it()
    {
        var cases = from message in ArbMap.Default.GeneratorFor<byte[]>()
                    from more in Gen.Elements(1L, 255, Most, int.MaxValue, uint.MaxValue)
                    select (message, told: Math.Min(uint.MaxValue, message.Length + more));
        Prop.ForAll(cases.ToArbitrary(), pair =>
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            Assert.That(() => Read(Frame(pair.message, pair.told), 4096), Throws.TypeOf<GrpcException>());
            return GC.GetAllocatedBytesForCurrentThread() - before < Most;
        }).Check(Seed.Of(200));
    }

    private static byte[]? Read(byte[] frame, int piece)
    {
        using var stream = new PiecemealStream(frame, piece);
        return GrpcFrame.ReadAsync(stream, Most, CancellationToken.None).GetAwaiter().GetResult();
    }

    private static byte[] Frame(byte[] message, long told)
    {
        var frame = new byte[5 + message.Length];
        BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(1), (uint)told);
        message.CopyTo(frame, 5);
        return frame;
    }

    /// <summary>Gives so many bytes at a time, and no more.</summary>
    private sealed class PiecemealStream(byte[] content, int piece) : MemoryStream(content)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(buffer.Length, piece)], cancellationToken);
    }
}

using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;
using GpuRuntime.EndToEnd.Tests.Monitoring;

namespace GpuRuntime.Security.Tests.Sockets.Frames;

/// <summary>What a server did with a frame.</summary>
/// <param name="Status">Of the first answer by HTTP; 0 when there was none, and the connection has ended.</param>
/// <param name="Complaint"><see langword="null"/>: it may do so.</param>
internal sealed record FrameResult(int Status, string? Complaint = null);

/// <summary>Sends each frame by a connection of its own.</summary>
/// <param name="patience">In which the server has to answer or to end the connection, whatever it got.</param>
internal sealed class FrameSender(AgentDoor door, TimeSpan patience)
{
    private const int LargestAnswer = 16 << 20;
    private const byte Alert = 21;
    private const byte Settings = 4;
    private const byte GoAway = 7;

    // Kestrel takes a client that ends its side of the connection for one that is gone, and may not even read what came before.
    private static readonly TimeSpan TimeToRead = TimeSpan.FromMilliseconds(50);

    private static readonly byte[] Version = [.. "HTTP/1.1 "u8];

    public async Task<FrameResult> SendAsync(Frame frame)
    {
        using var limit = new CancellationTokenSource(patience);
        var received = new MemoryStream();
        try
        {
            await using var stream = await (frame.IsBelowTls ? door.ConnectSocketAsync() : door.ConnectAsync()).WaitAsync(limit.Token);
            try
            {
                await stream.WriteAsync(frame.Bytes, limit.Token);
                if (!frame.StaysOpen)
                {
                    await Task.Delay(TimeToRead, limit.Token);
                    await EndAsync(stream);
                }

                await ReadAsync(stream, received, untilAnswered: frame.StaysOpen, limit.Token);
            }
            catch (IOException)
            {
                // The server has ended the connection, which it may: it need not read all of it.
            }
        }
        catch (OperationCanceledException)
        {
            return new FrameResult(0, $"{frame}: neither answered nor ended; {received.Length} bytes came");
        }
        catch (Exception exception) when (exception is IOException or SocketException or AuthenticationException)
        {
            return new FrameResult(0, $"{frame}: not let in: {exception.Message}");
        }

        return Judge(frame, received.ToArray());
    }

    private static async Task EndAsync(Stream stream)
    {
        if (stream is SslStream secured)
            await secured.ShutdownAsync();
        else
            ((NetworkStream)stream).Socket.Shutdown(SocketShutdown.Send);
    }

    private static async Task ReadAsync(Stream stream, MemoryStream received, bool untilAnswered, CancellationToken cancellation)
    {
        var buffer = new byte[16 << 10];
        while (received.Length < LargestAnswer && await stream.ReadAsync(buffer, cancellation) is > 0 and var count)
        {
            received.Write(buffer, 0, count);
            if (untilAnswered && RawReply.Parse(received.ToArray()) is not null)
                return;
        }
    }

    private static FrameResult Judge(Frame frame, byte[] bytes)
    {
        var text = Encoding.Latin1.GetString(bytes);
        if (text.Contains("root:x:0:", StringComparison.Ordinal))
            return new FrameResult(0, $"{frame}: a file of the host came");
        if (bytes.AsSpan().StartsWith(Version) && bytes.Length >= Version.Length + 3 && int.TryParse(text.AsSpan(Version.Length, 3), out var status) && status is >= 200 and < 600)
            return new FrameResult(status);
        // An answer may break off when the connection does. To HTTP/2 Kestrel says in its own words that it is not spoken here.
        var isFine = Version.AsSpan().StartsWith(bytes)
            || bytes is [_, _, _, Settings or GoAway, ..]
            || (frame.IsBelowTls && bytes is [Alert, _, _, 0, 2, ..]);
        return new FrameResult(0, isFine ? null : $"{frame}: answered with {Convert.ToHexString(bytes.AsSpan(0, Math.Min(bytes.Length, 40)))}");
    }
}

using System.Net.Sockets;
using GpuRuntime.EndToEnd.Tests.Monitoring;

namespace GpuRuntime.Security.Tests.Sockets;

/// <summary>A client that is one of very many, and gone soon.</summary>
internal static class HastyClient
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public static readonly byte[] Question = [.. "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"u8];

    /// <summary>Connects without TLS. A unix socket whose queue is full turns clients away at once: they come again.</summary>
    /// <returns><see langword="null"/> when the place was another's before it was seen that there is one.</returns>
    public static async Task<NetworkStream?> ConnectAsync(AgentDoor door)
    {
        for (var clock = System.Diagnostics.Stopwatch.StartNew(); ; await Task.Delay(10))
        {
            try
            {
                return (NetworkStream)await door.ConnectSocketAsync();
            }
            catch (SocketException exception) when (exception.SocketErrorCode is SocketError.WouldBlock or SocketError.TryAgain && clock.Elapsed < Patience)
            {
            }
            catch (SocketException exception) when (exception.SocketErrorCode == SocketError.ConnectionReset)
            {
                return null;
            }
        }
    }

    /// <summary>Sends what the agent will take.</summary>
    public static async Task TellAsync(Stream stream, ReadOnlyMemory<byte> bytes)
    {
        try
        {
            await stream.WriteAsync(bytes);
        }
        catch (IOException)
        {
            // Its place is another's already.
        }
    }

    /// <summary>Goes without a goodbye: the agent gets a reset (RST) by TCP.</summary>
    public static void Reset(NetworkStream stream)
    {
        stream.Socket.LingerState = new LingerOption(true, 0);
        stream.Dispose();
    }
}

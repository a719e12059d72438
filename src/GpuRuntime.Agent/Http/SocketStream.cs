using System.Net;
using System.Net.Sockets;

namespace GpuRuntime.Agent.Http;

/// <summary>A connection for an HTTP client, by TCP or to a unix socket.</summary>
internal static class SocketStream
{
    /// <exception cref="SocketException">Nobody answers there.</exception>
    public static async ValueTask<Stream> ConnectAsync(EndPoint endPoint, CancellationToken cancellation)
    {
        var socket = new Socket(endPoint.AddressFamily, SocketType.Stream, endPoint is IPEndPoint ? ProtocolType.Tcp : ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(endPoint, cancellation).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}

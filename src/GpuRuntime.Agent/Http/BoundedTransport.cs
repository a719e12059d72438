using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace GpuRuntime.Agent.Http;

/// <summary>
/// Takes no more connections in than it may have open at a time: further ones wait in the kernel, which keeps no descriptor of this process for them.
/// Kestrel's own limit counts a connection only once a thread gets round to it, and by then it may have taken in any number of others; and where no
/// descriptor is left, its own transport tries again without a pause.
/// </summary>
/// <param name="most">Connections that are open at a time, until the descriptor of each is closed; positive.</param>
internal sealed class BoundedTransport(SocketTransportOptions options, int most) : IConnectionListenerFactory
{
    /// <exception cref="AddressInUseException">Somebody else listens there.</exception>
    /// <exception cref="SocketException">It cannot listen there.</exception>
    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
    {
        Socket? socket = null;
        try
        {
            socket = options.CreateBoundListenSocket(endpoint);
            socket.Listen(options.Backlog);
            return ValueTask.FromResult<IConnectionListener>(new BoundedListener(socket, options, most));
        }
        catch (SocketException exception)
        {
            socket?.Dispose();
            throw exception.SocketErrorCode == SocketError.AddressAlreadyInUse ? new AddressInUseException(exception.Message, exception) : exception;
        }
    }
}

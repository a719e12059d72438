using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging.Abstractions;

namespace GpuRuntime.Agent.Http;

/// <summary>Where a <see cref="BoundedTransport"/> takes its connections in.</summary>
/// <param name="socket">Listens; closed with this.</param>
internal sealed class BoundedListener(Socket socket, SocketTransportOptions options, int most) : IConnectionListener
{
    // Descriptors, or memory, may be there again by then.
    private static readonly TimeSpan TimeBetweenTries = TimeSpan.FromMilliseconds(100);

    private readonly SocketConnectionContextFactory _connections = new(
        new SocketConnectionFactoryOptions { MaxReadBufferSize = options.MaxReadBufferSize, MaxWriteBufferSize = options.MaxWriteBufferSize }, NullLogger.Instance);

    // Not disposed: it owns nothing of the system's, and connections leave it after the listener is gone.
    private readonly SemaphoreSlim _room = new(most);
    private readonly CancellationTokenSource _unbound = new();

    public EndPoint EndPoint { get; } = socket.LocalEndPoint!;

    /// <summary>The next connection, once there is room for it; null after <see cref="UnbindAsync"/>.</summary>
    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            await _room.WaitAsync(_unbound.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return null;
        }

        BoundedConnection? connection = null;
        try
        {
            var accepted = await AcceptSocketAsync().ConfigureAwait(false);
            return connection = new BoundedConnection(_connections.Create(accepted), () => _room.Release());
        }
        catch (Exception exception) when (exception is OperationCanceledException or ObjectDisposedException)
        {
            return null;
        }
        finally
        {
            if (connection is null)
                _room.Release();
        }
    }

    public async ValueTask UnbindAsync(CancellationToken cancellationToken = default)
    {
        await _unbound.CancelAsync().ConfigureAwait(false);
        socket.Dispose();
    }

    public ValueTask DisposeAsync()
    {
        socket.Dispose();
        _connections.Dispose();
        _unbound.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task<Socket> AcceptSocketAsync()
    {
        while (true)
        {
            try
            {
                var accepted = await socket.AcceptAsync(_unbound.Token).ConfigureAwait(false);
                if (accepted.LocalEndPoint is IPEndPoint)
                    accepted.NoDelay = options.NoDelay;
                return accepted;
            }
            catch (SocketException exception) when (exception.SocketErrorCode is SocketError.ConnectionAborted or SocketError.ConnectionReset)
            {
                // Who waited has left.
            }
            catch (SocketException) when (!_unbound.IsCancellationRequested)
            {
                // None of the other errors of accept(2) is the listening socket's either.
                await Task.Delay(TimeBetweenTries, _unbound.Token).ConfigureAwait(false);
            }
        }
    }
}

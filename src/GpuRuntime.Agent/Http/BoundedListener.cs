using System.Net;
using Microsoft.AspNetCore.Connections;

namespace GpuRuntime.Agent.Http;

/// <summary>Where a <see cref="BoundedTransport"/> takes its connections in.</summary>
internal sealed class BoundedListener(IConnectionListener listener, int most) : IConnectionListener
{
    // Not disposed: it owns nothing of the system's, and connections leave it after the listener is gone.
    private readonly SemaphoreSlim _room = new(most);
    private readonly CancellationTokenSource _unbound = new();

    public EndPoint EndPoint => listener.EndPoint;

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

        ConnectionContext? connection = null;
        try
        {
            connection = await listener.AcceptAsync(cancellationToken).ConfigureAwait(false);
            return connection is null ? null : new BoundedConnection(connection, () => _room.Release());
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
        await listener.UnbindAsync(cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        await listener.DisposeAsync().ConfigureAwait(false);
        _unbound.Dispose();
    }
}

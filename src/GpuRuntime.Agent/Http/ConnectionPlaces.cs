using Microsoft.AspNetCore.Connections;

namespace GpuRuntime.Agent.Http;

/// <summary>
/// Bounds how many connections there are, and turns nobody away: when all places are taken, the connection whose last request is the longest ago
/// gives its place up. Were the newest refused instead, clients that hold places and ask for nothing would keep all others out for as long as they
/// like, each within every limit of time.
/// </summary>
/// <param name="most">Connections at a time; positive.</param>
internal sealed class ConnectionPlaces(int most)
{
    private readonly Lock _gate = new();
    private readonly LinkedList<ConnectionContext> _byLastUse = new();

    /// <summary>Gives the connection a place until <paramref name="next"/> is done with it: a part of Kestrel's pipeline.</summary>
    public async Task HoldAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        var node = new LinkedListNode<ConnectionContext>(connection);
        connection.Features.Set(new ConnectionPlace(() => Use(node)));
        Take(node);
        try
        {
            await next(connection).ConfigureAwait(false);
        }
        finally
        {
            Leave(node);
        }
    }

    private void Take(LinkedListNode<ConnectionContext> node)
    {
        ConnectionContext? last = null;
        lock (_gate)
        {
            if (_byLastUse.Count >= most)
            {
                last = _byLastUse.First!.Value;
                _byLastUse.RemoveFirst();
            }

            _byLastUse.AddLast(node);
        }

        last?.Abort(new ConnectionAbortedException("Its place is given to another connection."));
    }

    private void Use(LinkedListNode<ConnectionContext> node)
    {
        lock (_gate)
        {
            // It may have lost its place meanwhile.
            if (node.List is null)
                return;
            _byLastUse.Remove(node);
            _byLastUse.AddLast(node);
        }
    }

    private void Leave(LinkedListNode<ConnectionContext> node)
    {
        lock (_gate)
        {
            if (node.List is not null)
                _byLastUse.Remove(node);
        }
    }
}

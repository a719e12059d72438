using System.Net;
using Microsoft.AspNetCore.Connections;

namespace GpuRuntime.Agent.Http;

/// <summary>
/// Takes no more connections in than it may have open at a time: further ones wait in the kernel, which keeps no descriptor of this process for them.
/// Kestrel's own limit counts a connection only once a thread gets round to it, and by then it may have taken in any number of others.
/// </summary>
/// <param name="most">Connections that are open at a time, until the descriptor of each is closed; positive.</param>
internal sealed class BoundedTransport(IConnectionListenerFactory transport, int most) : IConnectionListenerFactory
{
    public async ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) =>
        new BoundedListener(await transport.BindAsync(endpoint, cancellationToken).ConfigureAwait(false), most);
}

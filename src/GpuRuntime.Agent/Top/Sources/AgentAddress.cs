using System.Net;
using System.Net.Sockets;
using GpuRuntime.Agent.Http;
using GpuRuntime.Core.Errors;

namespace GpuRuntime.Agent.Top.Sources;

/// <summary>Where an agent answers.</summary>
/// <param name="Text">As it was named.</param>
internal sealed record AgentAddress(string Text, EndPoint EndPoint)
{
    /// <summary>Where one answers that listens there. One that listens everywhere is asked on loopback.</summary>
    /// <returns><see langword="null"/> where none listens.</returns>
    /// <exception cref="GpuRuntimeException">It is no address.</exception>
    public static AgentAddress? Parse(string text)
    {
        var address = ListenAddress.Parse(text);
        if (address.IsNone)
            return null;
        return new AgentAddress(text, address.EndPoint is { } endPoint ? Reachable(endPoint) : new UnixDomainSocketEndPoint(address.SocketPath!));
    }

    private static IPEndPoint Reachable(IPEndPoint endPoint)
    {
        if (endPoint.Address.Equals(IPAddress.Any))
            return new IPEndPoint(IPAddress.Loopback, endPoint.Port);
        return endPoint.Address.Equals(IPAddress.IPv6Any) ? new IPEndPoint(IPAddress.IPv6Loopback, endPoint.Port) : endPoint;
    }
}

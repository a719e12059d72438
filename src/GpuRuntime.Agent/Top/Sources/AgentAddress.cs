using System.Net;
using System.Net.Sockets;

namespace GpuRuntime.Agent.Top.Sources;

/// <summary>Where an agent answers.</summary>
/// <param name="Text">As it was named.</param>
internal sealed record AgentAddress(string Text, EndPoint EndPoint)
{
    private const string UnixPrefix = "unix:";

    /// <summary>Parses <c>ADDRESS:PORT</c> or <c>unix:PATH</c>. An agent that listens everywhere is asked on loopback.</summary>
    /// <returns><see langword="null"/> when it is neither.</returns>
    public static AgentAddress? Parse(string text)
    {
        if (text.StartsWith(UnixPrefix, StringComparison.Ordinal))
            return Unix(text[UnixPrefix.Length..]) is { } socket ? new AgentAddress(text, socket) : null;
        if (!text.Contains(':', StringComparison.Ordinal) || !IPEndPoint.TryParse(text, out var endPoint) || endPoint.Port == 0)
            return null;
        if (endPoint.Address.Equals(IPAddress.Any))
            endPoint.Address = IPAddress.Loopback;
        else if (endPoint.Address.Equals(IPAddress.IPv6Any))
            endPoint.Address = IPAddress.IPv6Loopback;
        return new AgentAddress(text, endPoint);
    }

    private static UnixDomainSocketEndPoint? Unix(string path)
    {
        try
        {
            return path.Length > 0 ? new UnixDomainSocketEndPoint(path) : null;
        }
        catch (ArgumentOutOfRangeException)
        {
            // Longer than a socket's name can be.
            return null;
        }
    }
}

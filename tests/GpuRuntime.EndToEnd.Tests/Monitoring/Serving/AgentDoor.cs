using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;

namespace GpuRuntime.EndToEnd.Tests.Monitoring;

/// <summary>A way to a running agent: TCP on this machine, with TLS or without, or a unix socket.</summary>
/// <param name="certificate">The one that the agent has to show; <see langword="null"/>: no TLS.</param>
internal sealed class AgentDoor(EndPoint endPoint, X509Certificate2? certificate = null)
{
    public EndPoint EndPoint => endPoint;

    public int Port => ((IPEndPoint)endPoint).Port;

    /// <param name="protocols">That the client would speak by TLS; none says so by default.</param>
    public async Task<Stream> ConnectAsync(params SslApplicationProtocol[] protocols)
    {
        var stream = await ConnectSocketAsync();
        if (certificate is null)
            return stream;
        var secured = new SslStream(stream, leaveInnerStreamOpen: false);
        await secured.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = "localhost",
            ApplicationProtocols = [.. protocols],
            RemoteCertificateValidationCallback = (_, shown, _, _) => shown is not null && shown.GetRawCertData().AsSpan().SequenceEqual(certificate.RawData),
        });
        return secured;
    }

    /// <summary>Without TLS, whatever the agent wants.</summary>
    public async Task<Stream> ConnectSocketAsync()
    {
        var socket = new Socket(endPoint.AddressFamily, SocketType.Stream, endPoint is IPEndPoint ? ProtocolType.Tcp : ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(endPoint);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch (SocketException)
        {
            socket.Dispose();
            throw;
        }
    }
}

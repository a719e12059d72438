using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using GpuRuntime.Core.Configuration;
using GpuRuntime.Core.Errors;
using GpuRuntime.Linux.Interop;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace GpuRuntime.Agent.Http;

/// <summary>Serves HTTP: Kestrel by itself, without the hosting that is built around it elsewhere. Whoever asks badly, or much, costs the agent little.</summary>
internal sealed class AgentServer : IDisposable
{
    private const int MostConnections = 256;

    // Those that have lost their place and are not gone yet count too.
    private const int MostDescriptors = 2 * MostConnections;

    private const int MostHeaders = 40;
    private const int LargestHeaders = 8 << 10;
    private const int LongestRequestLine = 4 << 10;

    // Of what a client sends on while it does not read its answers; no less than the largest headers and request line. Kestrel would take a MiB.
    private const int MostUnread = 16 << 10;

    private static readonly TimeSpan LongestWaitForHeaders = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestIdleness = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LongestStop = TimeSpan.FromSeconds(2);
    private static readonly MinDataRate SlowestReader = new(bytesPerSecond: 4096, gracePeriod: TimeSpan.FromSeconds(5));

    private readonly KestrelServer _server;
    private readonly UnixSocketFile? _socket;
    private readonly ServiceProvider? _services;

    private AgentServer(KestrelServer server, UnixSocketFile? socket, ServiceProvider? services) => (_server, _socket, _services) = (server, socket, services);

    /// <summary>Listens and answers from now on.</summary>
    /// <param name="report">Told, in one sentence each, of what goes wrong.</param>
    /// <exception cref="GpuRuntimeException"><see cref="ErrorCode.AgentNotListening"/>: it cannot or must not listen there.</exception>
    public static AgentServer Start(ListenAddress address, RuntimeConfiguration configuration, IEnumerable<IHttpRoute> routes, TimeProvider clock, Action<string> report)
    {
        var certificate = Certificate(address, configuration, clock, report);
        var token = configuration.AgentTokenFile.Length == 0 ? null : new BearerToken(configuration.AgentTokenFile, clock, report);
        if (!address.IsLocal && (certificate is null || token is null))
            throw new GpuRuntimeException(ErrorCode.AgentNotListening, $"{address} is reached from other machines, for which TLS and a token are wanted: set agent.tls.certificate, agent.tls.key and agent.tokenFile, or listen on 127.0.0.1 or a unix socket.");
        var socket = address.SocketPath is { } path ? UnixSocketFile.Prepare(path, "Give another path with --listen or agent.listen") : null;
        var services = certificate is null ? null : KestrelServices.Create();
        var server = new KestrelServer(
            Options.Create(OptionsOf(address, certificate, services)),
            new BoundedTransport(TransportOptionsOf(socket), MostDescriptors),
            NullLoggerFactory.Instance);
        try
        {
            server.StartAsync(new RequestHandler(address, routes, token, report), CancellationToken.None).GetAwaiter().GetResult();
            return new AgentServer(server, socket, services);
        }
        catch (Exception exception) when (exception is IOException or SocketException or UnauthorizedAccessException or LinuxException)
        {
            server.Dispose();
            services?.Dispose();
            throw new GpuRuntimeException(
                ErrorCode.AgentNotListening, $"The agent cannot listen on {address}: {(exception is IOException { InnerException: AddressInUseException } ? "somebody else does" : exception.Message.TrimEnd('.'))}. See who does with ss -ltnp, or give another address with --listen or agent.listen.", exception);
        }
    }

    public void Dispose()
    {
        using (var patience = new CancellationTokenSource(LongestStop))
            _server.StopAsync(patience.Token).GetAwaiter().GetResult();
        _server.Dispose();
        _services?.Dispose();
        _socket?.Remove();
    }

    private static ServerCertificate? Certificate(ListenAddress address, RuntimeConfiguration configuration, TimeProvider clock, Action<string> report)
    {
        var (certificate, key) = (configuration.AgentTlsCertificate, configuration.AgentTlsKey);
        if (certificate.Length == 0 != (key.Length == 0))
            throw new GpuRuntimeException(ErrorCode.AgentNotListening, "agent.tls wants both files or none: set agent.tls.certificate and agent.tls.key.");
        return certificate.Length == 0 || address.EndPoint is null ? null : new ServerCertificate(certificate, key, clock, report);
    }

    private static SocketTransportOptions TransportOptionsOf(UnixSocketFile? socket) => new()
    {
        MaxReadBufferSize = MostUnread,
        CreateBoundListenSocket = socket is null ? SocketTransportOptions.CreateDefaultBoundListenSocket : socket.Bind,
    };

    private static KestrelServerOptions OptionsOf(ListenAddress address, ServerCertificate? certificate, ServiceProvider? services)
    {
        var options = new KestrelServerOptions { AddServerHeader = false, AllowSynchronousIO = false };
        if (services is not null)
            options.ApplicationServices = services;
        var places = new ConnectionPlaces(MostConnections);
        var limits = options.Limits;
        limits.MaxConcurrentUpgradedConnections = 0;
        limits.MaxRequestBodySize = 0;
        limits.MaxRequestBufferSize = MostUnread;
        limits.MaxRequestHeaderCount = MostHeaders;
        limits.MaxRequestHeadersTotalSize = LargestHeaders;
        limits.MaxRequestLineSize = LongestRequestLine;
        limits.RequestHeadersTimeout = LongestWaitForHeaders;
        limits.KeepAliveTimeout = LongestIdleness;
        limits.MinResponseDataRate = SlowestReader;
        if (address.SocketPath is { } path)
            options.ListenUnixSocket(path, Configure);
        else
            options.Listen(address.EndPoint!, Configure);
        return options;

        void Configure(ListenOptions listen)
        {
            listen.Protocols = HttpProtocols.Http1;
            listen.Use(places.HoldAsync);
            if (certificate is null)
                return;
            listen.UseHttps(new TlsHandshakeCallbackOptions
            {
                HandshakeTimeout = LongestWaitForHeaders,
                OnConnection = _ => ValueTask.FromResult(new SslServerAuthenticationOptions
                {
                    ServerCertificateContext = certificate.Current(),
                    EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
                }),
            });
        }
    }
}

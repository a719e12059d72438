using System.Net.Sockets;
using GpuRuntime.Agent.Http;
using GpuRuntime.Core.Configuration;
using GpuRuntime.Core.Errors;
using GpuRuntime.Linux.Interop;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace GpuRuntime.Agent.Kubernetes.DevicePlugin;

/// <summary>
/// Serves one resource on a unix socket of its own, as the API wants it. A kubelet older than 1.26 names the socket's path as the authority of its
/// calls, which Kestrel takes for no host and refuses: https://github.com/kubernetes/kubernetes/pull/112597
/// </summary>
internal sealed class PluginServer : IDisposable
{
    private const int MostConnections = 16;
    private const int LargestHeaders = 8 << 10;

    // What gRPC's own libraries take, and far more than the ids of any host.
    private const int LargestMessage = 4 << 20;

    private static readonly TimeSpan LongestStop = TimeSpan.FromSeconds(2);

    private readonly WebApplication _application;
    private readonly DevicePluginService _service;
    private readonly UnixSocketFile _file;
    private readonly CancellationTokenSource _stopping;

    private PluginServer(WebApplication application, DevicePluginService service, UnixSocketFile file, CancellationTokenSource stopping) =>
        (_application, _service, _file, _stopping) = (application, service, file, stopping);

    /// <summary>Somebody listens to what changes.</summary>
    public bool IsWatched => _service.IsWatched;

    /// <summary>Listens and answers from now on; root alone may connect.</summary>
    /// <exception cref="GpuRuntimeException"><see cref="ErrorCode.AgentNotListening"/>: it cannot or must not listen there.</exception>
    public static PluginServer Start(string path, OfferedResource resource, RuntimeConfiguration configuration, Action<string> report)
    {
        var file = UnixSocketFile.Prepare(path, "See to it, or set kubernetes.pluginDirectory to the kubelet's directory of device plugins");
        var stopping = new CancellationTokenSource();
        var service = new DevicePluginService(resource, configuration, report, stopping.Token);
        var application = Build(path, file, service);
        try
        {
            application.StartAsync().GetAwaiter().GetResult();
            return new PluginServer(application, service, file, stopping);
        }
        catch (Exception exception) when (exception is IOException or SocketException or UnauthorizedAccessException or LinuxException or ArgumentException)
        {
            application.DisposeAsync().AsTask().GetAwaiter().GetResult();
            stopping.Dispose();
            throw new GpuRuntimeException(ErrorCode.AgentNotListening, $"The agent cannot listen on {path}: {exception.Message.TrimEnd('.')}.", exception);
        }
    }

    /// <summary>Ends the streams and takes the socket away.</summary>
    public void Dispose()
    {
        _stopping.Cancel();
        using (var patience = new CancellationTokenSource(LongestStop))
            _application.StopAsync(patience.Token).GetAwaiter().GetResult();
        _application.DisposeAsync().AsTask().GetAwaiter().GetResult();
        _stopping.Dispose();
        _file.Remove();
    }

    // The empty builder reads no file, variable or argument and logs nowhere.
    private static WebApplication Build(string path, UnixSocketFile file, DevicePluginService service)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ContentRootPath = "/" });
        builder.WebHost.UseKestrelCore().UseSockets(options => options.CreateBoundListenSocket = file.Bind).ConfigureKestrel(options =>
        {
            options.AddServerHeader = false;
            options.Limits.MaxConcurrentConnections = MostConnections;
            options.Limits.MaxRequestHeadersTotalSize = LargestHeaders;
            // A kubelet that is slow to read is waited for.
            options.Limits.MinResponseDataRate = null;
            options.ListenUnixSocket(path, static listen => listen.Protocols = HttpProtocols.Http2);
        });
        builder.Services.AddSingleton<IHostLifetime, NoSignals>();
        builder.Services.AddRoutingCore();
        builder.Services.AddGrpc(static options => options.MaxReceiveMessageSize = LargestMessage);
        builder.Services.AddSingleton(service);
        var application = builder.Build();
        application.MapGrpcService<DevicePluginService>();
        return application;
    }

    /// <summary>Signals are the agent's, not this server's.</summary>
    private sealed class NoSignals : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}

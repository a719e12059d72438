using GpuRuntime.Agent.Kubernetes.DevicePlugin.V1Beta1;
using GpuRuntime.Agent.Kubernetes.Grpc;
using GpuRuntime.Core.Configuration;
using GpuRuntime.Core.Errors;
using GpuRuntime.Linux.Paths;

namespace GpuRuntime.Agent.Kubernetes.DevicePlugin;

/// <summary>
/// Keeps one resource known to the kubelet: its server, and the word to the kubelet that it is there. Both are made anew for each kubelet, which
/// empties the directory when it starts, and when the kubelet does not listen any more.
/// </summary>
/// <param name="longestUnwatched">How long the kubelet may leave the list unread before it is told again.</param>
internal sealed class Registration(OfferedResource resource, RuntimeConfiguration configuration, Action<string> report, TimeSpan longestUnwatched) : IDisposable
{
    public const string KubeletSocket = "kubelet.sock";

    private const string Method = "/v1beta1.Registration/Register";
    private const string ApiVersion = "v1beta1";
    private const int LargestAnswer = 64 << 10;

    // While it answers, the kubelet connects to the plugin, for which it takes ten seconds at most.
    private static readonly TimeSpan LongestCall = TimeSpan.FromSeconds(15);

    private readonly string _endpoint = $"gpu-runtime-{resource.Name.Replace('/', '_')}.sock";
    private PluginServer? _server;
    private FileIdentity? _socket;
    private FileIdentity? _kubelet;
    private long _watched;

    public string ResourceName => resource.Name;

    private string SocketPath => $"{configuration.KubernetesPluginDirectory.TrimEnd('/')}/{_endpoint}";

    /// <summary>Registers the resource unless this kubelet knows it.</summary>
    /// <param name="kubelet">The socket that the kubelet listens on.</param>
    /// <returns>Whether it had to be registered.</returns>
    /// <exception cref="GpuRuntimeException">The resource cannot be served in the kubelet's directory.</exception>
    /// <exception cref="GrpcException">The kubelet does not take it.</exception>
    public bool Renew(FileIdentity kubelet, CancellationToken cancellation)
    {
        if (IsKnownTo(kubelet))
            return false;
        Stop();
        try
        {
            _server = PluginServer.Start(SocketPath, resource, configuration, report);
            _socket = HostPlaces.Look(SocketPath)?.Identity;
            Register(cancellation);
            (_kubelet, _watched) = (kubelet, Environment.TickCount64);
            return true;
        }
        catch
        {
            Stop();
            throw;
        }
    }

    public void Dispose() => Stop();

    private bool IsKnownTo(FileIdentity kubelet)
    {
        if (_server is null || _kubelet != kubelet || _socket is null || HostPlaces.Look(SocketPath)?.Identity != _socket)
            return false;
        if (_server.IsWatched)
            _watched = Environment.TickCount64;
        return Environment.TickCount64 - _watched <= longestUnwatched.TotalMilliseconds;
    }

    private void Register(CancellationToken cancellation)
    {
        using var kubelet = new GrpcSocket($"{configuration.KubernetesPluginDirectory.TrimEnd('/')}/{KubeletSocket}");
        var request = new RegisterRequest { Version = ApiVersion, Endpoint = _endpoint, ResourceName = resource.Name, Options = DevicePluginService.Options };
        kubelet.Call(Method, request, Empty.Parser, LongestCall, LargestAnswer, cancellation);
    }

    private void Stop()
    {
        _server?.Dispose();
        (_server, _socket, _kubelet) = (null, null, null);
    }
}

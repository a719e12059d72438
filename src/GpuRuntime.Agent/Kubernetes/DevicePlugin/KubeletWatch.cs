using GpuRuntime.Agent.Kubernetes.Grpc;
using GpuRuntime.Agent.Watchdog;
using GpuRuntime.Core.Configuration;
using GpuRuntime.Core.Errors;
using GpuRuntime.Linux.Interop;
using GpuRuntime.Linux.Paths;

namespace GpuRuntime.Agent.Kubernetes.DevicePlugin;

/// <summary>
/// Keeps every resource registered with whichever kubelet there is, on a thread of its own. It looks at files once a second: no event tells as
/// surely that another kubelet has come.
/// </summary>
internal sealed class KubeletWatch : IDisposable
{
    private const string NoKubelet = "no kubelet";

    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestUnwatched = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LongestStop = TimeSpan.FromSeconds(5);

    private readonly CancellationTokenSource _stop = new();
    private readonly Dictionary<string, Registration> _registrations = new(StringComparer.Ordinal);
    private readonly NodeOffers _offers;
    private readonly RuntimeConfiguration _configuration;
    private readonly WatchdogReport _report;
    private readonly TimeSpan _period;
    private readonly TimeSpan _longestUnwatched;
    private readonly Thread _thread;

    private KubeletWatch(NodeOffers offers, RuntimeConfiguration configuration, WatchdogReport report, TimeSpan period, TimeSpan longestUnwatched)
    {
        (_offers, _configuration, _report, _period, _longestUnwatched) = (offers, configuration, report, period, longestUnwatched);
        _thread = new Thread(Run) { IsBackground = true, Name = "kubelet" };
    }

    /// <param name="period">Between two looks.</param>
    /// <param name="longestUnwatched">How long the kubelet may leave a list unread before it is told again.</param>
    public static KubeletWatch Start(NodeOffers offers, RuntimeConfiguration configuration, WatchdogReport report, TimeSpan? period = null, TimeSpan? longestUnwatched = null)
    {
        var watch = new KubeletWatch(offers, configuration, report, period ?? Period, longestUnwatched ?? LongestUnwatched);
        watch._thread.Start();
        return watch;
    }

    /// <summary>Ends the streams and takes our sockets away.</summary>
    public void Dispose()
    {
        _stop.Cancel();
        // One that hangs ends with the process, and the next agent takes its sockets away.
        if (_thread.Join(LongestStop))
            _stop.Dispose();
    }

    private void Run()
    {
        do
        {
            Look();
        }
        while (!_stop.Token.WaitHandle.WaitOne(_period));
        foreach (var registration in _registrations.Values)
            registration.Dispose();
    }

    private void Look()
    {
        var path = $"{_configuration.KubernetesPluginDirectory.TrimEnd('/')}/{Registration.KubeletSocket}";
        if (Kubelet(path) is not { } kubelet)
            return;
        foreach (var resource in _offers.All)
        {
            if (!_registrations.TryGetValue(resource.Name, out var registration))
                _registrations[resource.Name] = registration = new Registration(resource, _configuration, _report.Warn, _longestUnwatched);
            if (_stop.IsCancellationRequested)
                return;
            Renew(registration, resource, kubelet);
        }
    }

    private FileIdentity? Kubelet(string path)
    {
        string? problem = null;
        try
        {
            if (HostPlaces.Look(path) is { IsSocket: true } place)
            {
                _report.Forget(subject => subject == NoKubelet);
                return place.Identity;
            }
        }
        catch (LinuxException exception)
        {
            problem = exception.Message;
        }

        _report.WarnOnce(NoKubelet, $"No kubelet listens on {path}{(problem is null ? "" : $" ({problem})")}: it is told of GPUs once it does");
        return null;
    }

    private void Renew(Registration registration, OfferedResource resource, FileIdentity kubelet)
    {
        var subject = $"registration {resource.Name}";
        try
        {
            if (registration.Renew(kubelet, _stop.Token))
                _report.Note($"the kubelet is offered {resource.Name}, devices: {resource.Offer.Resource.Devices.Length}");
            _report.Forget(said => said == subject);
        }
        catch (Exception) when (_stop.IsCancellationRequested)
        {
            // Whatever it was, nobody is to be told any more.
        }
        catch (Exception exception)
        {
            // It is tried again at the next look.
            var reason = exception is GrpcException or GpuRuntimeException or LinuxException ? exception.Message : $"{exception.GetType().Name}: {exception.Message}";
            _report.WarnOnce(subject, $"The kubelet is not told of {resource.Name}, and will be: {reason.TrimEnd('.')}");
        }
    }
}

using System.Collections.Immutable;
using GpuRuntime.Agent.Kubernetes.DevicePlugin;
using GpuRuntime.Agent.Kubernetes.Labels;
using GpuRuntime.Agent.Serving;
using GpuRuntime.Agent.Watchdog;
using GpuRuntime.Core.Configuration;
using GpuRuntime.Core.Errors;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Core.Kubernetes;
using GpuRuntime.Core.Monitoring.Health;
using GpuRuntime.Core.Monitoring.Samples;
using GpuRuntime.Core.Vendors;
using GpuRuntime.Linux.Interop;
using GpuRuntime.Linux.Paths;

namespace GpuRuntime.Agent.Kubernetes;

/// <summary>What the agent does for Kubernetes with each sample: the kubelet is told of devices and how they are, the node is labelled.</summary>
internal sealed class NodeAgent : ISampleReader
{
    // A GPU that has not told who it is would have another id a second later.
    private const int MostSamplesToWait = 10;

    private readonly KnownGpus _known = new();
    private readonly NodeOffers _offers;
    private readonly FeatureFile _features;
    private readonly KubeletWatch _kubelet;
    private int _waited;

    /// <exception cref="GpuRuntimeException">The configuration suits no GPUs.</exception>
    public NodeAgent(RuntimeConfiguration configuration, WatchdogReport report)
    {
        PluginResources.Of([], configuration);
        _offers = new NodeOffers(configuration, gpus => Links(gpus, configuration), report);
        _features = new FeatureFile(configuration.KubernetesFeatureFile, report);
        _kubelet = KubeletWatch.Start(_offers, configuration, report);
    }

    public void Take(HostSample sample)
    {
        var gpus = _known.Of(sample);
        if (_waited < MostSamplesToWait)
        {
            _waited = sample.Gpus.Any(gpu => gpu.Problem is not null) ? _waited + 1 : MostSamplesToWait;
            if (_waited < MostSamplesToWait)
                return;
        }

        _offers.Take(sample, gpus);
        _features.Tell([.. gpus.Where((_, place) => !IsLost(sample.Gpus[place]))]);
    }

    public void Dispose() => _kubelet.Dispose();

    private static bool IsLost(GpuSample sample) => sample.Health.Reasons.Any(reason => reason.Code == HealthCodes.Lost);

    private static ImmutableArray<GpuLink> Links(ImmutableArray<Gpu> gpus, RuntimeConfiguration configuration)
    {
        try
        {
            using var host = new LinuxHostRoot(configuration);
            return VendorModules.Links(gpus, host);
        }
        catch (Exception exception) when (exception is LinuxException or GpuRuntimeException)
        {
            // Then all are as close as the bus says.
            return [];
        }
    }
}

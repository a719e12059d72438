using System.Collections.Immutable;
using GpuRuntime.Agent.Watchdog;
using GpuRuntime.Core.Configuration;
using GpuRuntime.Core.Errors;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Core.Kubernetes;
using GpuRuntime.Core.Monitoring.Samples;

namespace GpuRuntime.Agent.Kubernetes.DevicePlugin;

/// <summary>What this node offers, from sample to sample. A resource that was there once stays, with an empty list where its devices are gone.</summary>
/// <param name="links">Which of the GPUs are joined; asked when the GPUs are other ones.</param>
internal sealed class NodeOffers(RuntimeConfiguration configuration, Func<ImmutableArray<Gpu>, ImmutableArray<GpuLink>> links, WatchdogReport report)
{
    private const string Unsuitable = "kubernetes resources";

    private readonly SortedDictionary<string, OfferedResource> _resources = new(StringComparer.Ordinal);
    private ImmutableArray<OfferedResource> _all = [];
    private ImmutableArray<(PciAddress, int?)> _linked = [];
    private ImmutableArray<GpuLink> _links = [];

    /// <summary>By their names. May be asked by another thread than the one that takes samples.</summary>
    public ImmutableArray<OfferedResource> All
    {
        get
        {
            lock (_resources)
                return _all;
        }
    }

    /// <param name="gpus">The sample's, described as far as they are known.</param>
    public void Take(HostSample sample, ImmutableArray<Gpu> gpus)
    {
        var healthy = sample.Gpus.Where(gpu => gpu.Health.IsHealthy).Select(gpu => KeyOf(gpu.Gpu)).ToHashSet();
        var offers = Resources(gpus).ToDictionary(resource => resource.Name, resource => Offer.Of(resource, gpu => healthy.Contains(KeyOf(gpu)), Links(gpus)), StringComparer.Ordinal);
        lock (_resources)
        {
            foreach (var (name, resource) in _resources)
                resource.Change(offers.GetValueOrDefault(name) ?? resource.Offer.Emptied());
            foreach (var (name, offer) in offers.Where(offer => !_resources.ContainsKey(offer.Key)).ToList())
                _resources.Add(name, new OfferedResource(offer));
            if (_all.Length != _resources.Count)
                _all = [.. _resources.Values];
        }
    }

    private ImmutableArray<PluginResource> Resources(ImmutableArray<Gpu> gpus)
    {
        try
        {
            var resources = PluginResources.Of(gpus, configuration);
            report.Forget(subject => subject == Unsuitable);
            foreach (var sentence in PluginResources.LeftOut(gpus, configuration))
                report.WarnOnce(sentence, sentence);
            return resources;
        }
        catch (GpuRuntimeException exception)
        {
            // GPUs are divided while the agent runs: what does not suit the configuration now may do so at the next look.
            report.WarnOnce(Unsuitable, $"The kubelet is offered no GPU: {exception.Message}");
            return [];
        }
    }

    private ImmutableArray<GpuLink> Links(ImmutableArray<Gpu> gpus)
    {
        var keys = gpus.Select(KeyOf).ToImmutableArray();
        if (!keys.SequenceEqual(_linked))
            (_linked, _links) = (keys, links(gpus));
        return _links;
    }

    private static (PciAddress, int?) KeyOf(Gpu gpu) => (gpu.PciAddress, gpu.Partition);
}

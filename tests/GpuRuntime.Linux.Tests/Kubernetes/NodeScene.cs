using System.Collections.Immutable;
using GpuRuntime.Agent.Kubernetes.DevicePlugin;
using GpuRuntime.Agent.Watchdog;
using GpuRuntime.Core.Configuration;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Core.Kubernetes;
using GpuRuntime.Core.Monitoring.Samples;

namespace GpuRuntime.Linux.Tests.Kubernetes;

/// <summary>GPUs of a node, and samples of them.</summary>
internal static class NodeScene
{
    public static Gpu Nvidia(int index) => new()
    {
        Vendor = GpuVendor.Nvidia,
        Index = index,
        PciAddress = new PciAddress(0, (byte)(0x10 + index), 0, 0),
        Uuid = $"GPU-{index}0000000-1111-2222-3333-444444444444",
        NumaNode = index / 2,
    };

    public static Gpu Amd(int index) => new() { Vendor = GpuVendor.Amd, Index = index, PciAddress = new PciAddress(0, (byte)(0x40 + index), 0, 0), Driver = "amdgpu" };

    public static ImmutableArray<Gpu> Nvidias(int count) => [.. Enumerable.Range(0, count).Select(Nvidia)];

    public static HostSample Sample(params IEnumerable<GpuSample> gpus) => new(DateTimeOffset.UnixEpoch) { Gpus = [.. gpus] };

    public static HostSample Sample(IEnumerable<Gpu> gpus) => Sample(gpus.Select(gpu => new GpuSample(gpu)));

    public static GpuSample Sick(Gpu gpu, string code = "xid") => new(gpu) { Health = new GpuHealth([new HealthReason(code, "It has failed.")]) };

    public static OfferedResource Offered(ImmutableArray<Gpu> gpus, RuntimeConfiguration? configuration = null, ImmutableArray<GpuLink>? links = null) =>
        new(Offer.Of(PluginResources.Of(gpus, configuration ?? RuntimeConfiguration.Default).Single(), static _ => true, links ?? []));

    public static NodeOffers Offers(RuntimeConfiguration configuration, HostSample sample)
    {
        var offers = new NodeOffers(configuration, static _ => [], new WatchdogReport(configuration));
        offers.Take(sample);
        return offers;
    }

    public static void Take(this NodeOffers offers, HostSample sample) => offers.Take(sample, [.. sample.Gpus.Select(SampledGpu.Of)]);
}

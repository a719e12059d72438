using System.Collections.Immutable;
using GpuRuntime.Agent.Monitoring;
using GpuRuntime.Core.Allocation;
using GpuRuntime.Core.Configuration;
using GpuRuntime.Core.Monitoring.Samples;
using GpuRuntime.Core.Vendors;
using GpuRuntime.Linux.Paths;

namespace GpuRuntime.Agent.Top.Sources;

/// <summary>Names the GPUs of the host, and reads nothing of them: in place of the service's own sampler until that is joined with this.</summary>
internal sealed class BareSampler : IProcessLook, IContainerAttribution, IHealthRules
{
    public static HostSampler Create(RuntimeConfiguration configuration)
    {
        var none = new BareSampler();
        return new HostSampler(
            () =>
            {
                using var host = new LinuxHostRoot(configuration);
                return VendorModules.Describe(host);
            },
            [], none, none, none, TimeProvider.System);
    }

    public ProcessLookResult Read(ImmutableArray<HeldUnit> units, TimeSpan now) => ProcessLookResult.Nothing;

    public AttributedUse Attribute(ImmutableArray<GpuProcess> processes, ImmutableArray<HeldUnit> units, TimeSpan now) => AttributedUse.Nothing;

    public GpuHealth Judge(GpuSample sample, bool isPresent, TimeSpan now) => GpuHealth.Healthy;

    public void Dispose()
    {
    }
}

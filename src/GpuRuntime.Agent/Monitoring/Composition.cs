using System.Collections.Immutable;
using GpuRuntime.Agent.Kubernetes.PodResources;
using GpuRuntime.Agent.Monitoring.Amd;
using GpuRuntime.Agent.Monitoring.Attribution;
using GpuRuntime.Agent.Monitoring.Health;
using GpuRuntime.Agent.Monitoring.Intel;
using GpuRuntime.Agent.Monitoring.Nvidia;
using GpuRuntime.Agent.Monitoring.Processes;
using GpuRuntime.Core.Configuration;
using GpuRuntime.Core.Errors;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Core.Vendors;
using GpuRuntime.Linux.Paths;

namespace GpuRuntime.Agent.Monitoring;

/// <summary>What the agent's monitoring is made of: the one place where vendors are listed.</summary>
internal static class Composition
{
    /// <exception cref="GpuRuntimeException"><see cref="ErrorCode.ConfigurationInvalid"/>: <c>agent.health</c> holds what is no rule.</exception>
    public static HostSampler Sampler(RuntimeConfiguration configuration) => new(
        () => Look(configuration),
        [new NvidiaSensorSource(configuration, TimeProvider.System), new AmdSensorSource(configuration, TimeProvider.System), new IntelSensorSource(configuration, TimeProvider.System)],
        new ProcessLook(configuration),
        new ContainerAttribution(configuration, new PodWatch(configuration.AgentPodResources, TimeProvider.System)),
        new HealthRules(configuration),
        TimeProvider.System);

    private static ImmutableArray<Gpu> Look(RuntimeConfiguration configuration)
    {
        using var host = new LinuxHostRoot(configuration);
        return [.. VendorModules.Identify(host).Select(gpu => VendorModules.Describe(gpu, host))];
    }
}

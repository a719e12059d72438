using GpuRuntime.Core.Allocation;
using GpuRuntime.Core.Configuration;
using GpuRuntime.Core.Edits;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Core.Limits;
using GpuRuntime.Core.Requests;

namespace GpuRuntime.Core.Tests.Limits;

/// <summary>What a container with limits gets on a simulated host, where nobody else holds anything.</summary>
internal static class LimitedPlan
{
    public static ContainerEdits Of(IHostRoot host, RuntimeConfiguration configuration, ILimitHost limits, ContainerFacts facts) =>
        new EditPlanner(host, configuration, Unrecorded.Instance, limits)
            .Plan(RequestReader.Read(facts, configuration, out _)!, facts.Environment, out _)!;

    public static ContainerEdits Of(IHostRoot host, RuntimeConfiguration configuration, ILimitHost limits, params string[] environment) =>
        Of(host, configuration, limits, new ContainerFacts { Environment = new ContainerEnvironment(environment) });
}

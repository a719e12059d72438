using GpuRuntime.Core.Oci;
using GpuRuntime.Linux.Allocations;
using GpuRuntime.Linux.Paths;

namespace GpuRuntime.Hook;

/// <summary>A container that a hook gave GPUs has ended: it holds them no longer. An engine that never calls this is seen through by whoever asks next.</summary>
internal static class PoststopCommand
{
    /// <exception cref="Core.Errors.GpuRuntimeException">The ledger cannot be written.</exception>
    public static void Run()
    {
        var state = ContainerState.ParseStopped(HookInput.ReadState());
        var configuration = ConfigurationFile.Load(Environment.GetEnvironmentVariable(ConfigurationFile.Variable)).Values;
        new AllocationLedger(configuration.StateDirectory).Release(AllocationOwner.OfHook(state.Id, state.Bundle));
    }
}

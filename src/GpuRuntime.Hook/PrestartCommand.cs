using GpuRuntime.Core.Errors;
using GpuRuntime.Core.Oci;
using GpuRuntime.Linux.Bundles;
using GpuRuntime.Linux.Live;
using GpuRuntime.Linux.Logging;
using GpuRuntime.Linux.Namespaces;
using GpuRuntime.Linux.Paths;

namespace GpuRuntime.Hook;

/// <summary>Gives a created container the GPUs that its bundle asks for.</summary>
internal static class PrestartCommand
{
    /// <exception cref="GpuRuntimeException">The container must not start.</exception>
    public static void Run()
    {
        var state = ContainerState.Parse(HookInput.ReadState());
        // Before anything else of the surroundings counts: a hook that runs inside a container would take its configuration from there.
        using var process = ContainerProcess.Open(state.Pid);
        var configuration = ConfigurationFile.Load(Environment.GetEnvironmentVariable(ConfigurationFile.Variable)).Values;
        using var bundle = BundleDirectory.Open(state.Bundle);
        if (BundlePlan.Make(bundle, PlannedContainer.OfHook(state.Id, state.Bundle, state.Pid), configuration) is not { } plan)
            return;
        try
        {
            var options = LiveEditOptions.Of(plan.Spec, state.Bundle);
            if (plan.Edits.Limits is { } limits)
                LiveLimits.Apply(state, limits);
            HostNodes.MakeMissing(plan.Edits.DeviceNodes, options.BindsNodes);
            LiveEditor.Apply(process, plan.Spec, plan.Edits, options);
        }
        catch
        {
            plan.Reservation?.Release();
            throw;
        }

        RuntimeLog.GpusGranted(configuration, state.Id, plan.Source, plan.Edits.DeviceNodes.Length, plan.Edits.Mounts.Length);
    }
}

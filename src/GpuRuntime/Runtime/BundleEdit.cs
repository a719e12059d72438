using GpuRuntime.Core.Configuration;
using GpuRuntime.Core.Errors;
using GpuRuntime.Core.Limits;
using GpuRuntime.Core.Oci;
using GpuRuntime.Linux.Allocations;
using GpuRuntime.Linux.Bundles;
using GpuRuntime.Linux.Cgroups;
using GpuRuntime.Linux.Logging;
using GpuRuntime.Linux.Paths;
using GpuRuntime.Linux.Processes;
using GpuRuntime.Linux.Rootfs;

namespace GpuRuntime.Runtime;

/// <summary>Gives a bundle the GPUs that its container asks for. A bundle that asks for none stays byte for byte as it is.</summary>
internal static class BundleEdit
{
    private const string RuntimeOfFewControllers = "/crun";

    /// <param name="runtime">Path of the low-level runtime that the container is handed to.</param>
    /// <returns>What the container holds; whoever cannot hand it on releases that. <see langword="null"/> when it holds nothing.</returns>
    /// <exception cref="GpuRuntimeException">The request cannot be met; the bundle is as it was, and nothing is held.</exception>
    public static OwnedAllocations? Run(OciCommandLine command, RuntimeConfiguration configuration, string runtime)
    {
        using var bundle = BundleDirectory.Open(command.Bundle);
        if (BundlePlan.Make(bundle, PlannedContainer.OfRuntime(command.Id!, command.Bundle, command.Root, runtime), configuration) is not { } plan)
            return null;
        try
        {
            if (plan.Edits.Limits is { Unified.IsEmpty: false } && runtime.EndsWith(RuntimeOfFewControllers, StringComparison.Ordinal))
                HandOnDmem(command, configuration, plan);
            Apply(command, configuration, bundle, plan);
        }
        catch
        {
            plan.Reservation?.Release();
            throw;
        }

        RuntimeLog.GpusGranted(configuration, command.Id, plan.Source, plan.Edits.DeviceNodes.Length, plan.Edits.Mounts.Length);
        return plan.Reservation;
    }

    // runc hands every controller on to the container's cgroup by itself.
    private static void HandOnDmem(OciCommandLine command, RuntimeConfiguration configuration, BundlePlan plan) => UnifiedControllers.Enable(
        $"{configuration.Sys.TrimEnd('/')}/{UnifiedHierarchy.Directory}",
        CgroupsPath.Resolve(plan.Spec.CgroupsPath, command.Id!, command.UsesSystemdCgroups),
        UnifiedHierarchy.Dmem);

    private static void Apply(OciCommandLine command, RuntimeConfiguration configuration, BundleDirectory bundle, BundlePlan plan)
    {
        var spec = plan.Spec;
        var root = spec.RootPathIn(command.Bundle);
        var options = new OciEditOptions(spec.HasUserNamespace || OwnProgram.IsInUserNamespace, OwnProgram.Path, Path.GetFullPath(root));
        HostNodes.MakeMissing(plan.Edits.DeviceNodes, options.BindNodes);
        var edits = RootfsPreparation.WithStateMounts(plan.Edits, new StateDirectory(configuration.StateDirectory));
        using var pending = bundle.Prepare(OciEditor.Apply(spec, edits, options));
        using (var rootfs = RootedDirectory.Open(root, (spec.RootUid, spec.RootGid)))
            RootfsPreparation.Apply(rootfs, edits);
        pending.Commit();
    }
}

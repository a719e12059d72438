using GpuRuntime.Core.Configuration;
using GpuRuntime.Core.Errors;
using GpuRuntime.Core.Oci;
using GpuRuntime.Linux.Bundles;
using GpuRuntime.Linux.Logging;
using GpuRuntime.Linux.Paths;
using GpuRuntime.Linux.Processes;
using GpuRuntime.Linux.Rootfs;

namespace GpuRuntime.Runtime;

/// <summary>Gives a bundle the GPUs that its container asks for. A bundle that asks for none stays byte for byte as it is.</summary>
internal static class BundleEdit
{
    /// <exception cref="GpuRuntimeException">The request cannot be met; the bundle is as it was.</exception>
    public static void Run(OciCommandLine command, RuntimeConfiguration configuration)
    {
        using var bundle = BundleDirectory.Open(command.Bundle);
        if (BundlePlan.Make(bundle, command.Id, configuration) is not { } plan)
            return;
        Apply(command, configuration, bundle, plan);
        RuntimeLog.GpusGranted(configuration, command.Id, plan.Source, plan.Edits.DeviceNodes.Length, plan.Edits.Mounts.Length);
    }

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

using GpuRuntime.Core.Configuration;
using GpuRuntime.Core.Edits;
using GpuRuntime.Core.Errors;
using GpuRuntime.Core.Oci;
using GpuRuntime.Core.Requests;
using GpuRuntime.Linux.Paths;
using GpuRuntime.Linux.Processes;
using GpuRuntime.Linux.Rootfs;
using GpuRuntime.Logging;

namespace GpuRuntime.Runtime;

/// <summary>Gives a bundle the GPUs that its container asks for. A bundle that asks for none stays byte for byte as it is.</summary>
internal static class BundleEdit
{
    /// <exception cref="GpuRuntimeException">The request cannot be met; the bundle is as it was.</exception>
    public static void Run(OciCommandLine command, RuntimeConfiguration configuration)
    {
        using var bundle = BundleDirectory.Open(command.Bundle);
        var spec = OciSpec.Parse(bundle.ReadSpec(), bundle.SpecPath);
        var facts = spec.Facts();
        var request = RequestReader.Read(facts, configuration, out var warnings);
        foreach (var warning in warnings)
            RuntimeLog.RequestIgnored(configuration, command.Id, warning);
        if (request is null)
            return;

        using var host = new LinuxHostRoot(configuration);
        if (EditPlanner.Plan(request, facts.Environment, host, configuration) is not { } edits)
            return;
        Apply(command, configuration, bundle, spec, edits);
        RuntimeLog.GpusGranted(configuration, command.Id, request.Source, edits.DeviceNodes.Length, edits.Mounts.Length);
    }

    private static void Apply(OciCommandLine command, RuntimeConfiguration configuration, BundleDirectory bundle, OciSpec spec, ContainerEdits edits)
    {
        var root = RootPath(command, spec);
        var options = new OciEditOptions(spec.HasUserNamespace || OwnProgram.IsInUserNamespace, OwnProgram.Path, Path.GetFullPath(root));
        foreach (var node in edits.DeviceNodes.Where(node => node.MissingOnHost))
        {
            if (!HostNodes.Make(node) && options.BindNodes)
                throw new GpuRuntimeException(ErrorCode.DeviceNodeMissing, $"{node.HostPath} is missing and cannot be made, and a container with a user namespace needs it on the host; make it as root with: mknod {node.HostPath} c {node.Major} {node.Minor}");
        }

        edits = RootfsPreparation.WithStateMounts(edits, new StateDirectory(configuration.StateDirectory));
        using var pending = bundle.Prepare(OciEditor.Apply(spec, edits, options));
        using (var rootfs = RootedDirectory.Open(root, (spec.RootUid, spec.RootGid)))
            RootfsPreparation.Apply(rootfs, edits);
        pending.Commit();
    }

    private static string RootPath(OciCommandLine command, OciSpec spec)
    {
        if (spec.RootPath is not { Length: > 0 } path)
            throw new GpuRuntimeException(ErrorCode.SpecUnexpectedShape, $"{spec.Name} gives no root.path, so that the container has no root filesystem to put a driver in.");
        return path.StartsWith('/') ? path : $"{command.Bundle.TrimEnd('/')}/{path}";
    }
}

using GpuRuntime.Core.Oci;
using GpuRuntime.Linux.Processes;

namespace GpuRuntime.Linux.Live;

/// <summary>How edits are put into a live container on this host.</summary>
/// <param name="RootPath">The container's root filesystem, as its mount namespace has it before pivot_root.</param>
/// <param name="BindsNodes">Bind-mount the host's nodes rather than make nodes: those of a user namespace's file systems do not open.</param>
/// <param name="ChangesCgroup">
/// Allow the nodes in the container's device cgroup. Not for rootless engines, whose containers are in none that would deny a device.
/// </param>
public sealed record LiveEditOptions(string RootPath, bool BindsNodes, bool ChangesCgroup)
{
    /// <summary>As this process, and the container, call for.</summary>
    public static LiveEditOptions Of(OciSpec spec, string bundle)
    {
        var isRootless = OwnProgram.IsInUserNamespace;
        return new LiveEditOptions(spec.RootPathIn(bundle), isRootless || spec.HasUserNamespace, !isRootless);
    }
}

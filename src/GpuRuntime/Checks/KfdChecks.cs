using System.Collections.Immutable;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Core.Vendors.Amd;

namespace GpuRuntime.Checks;

/// <summary>AMD's GPUs without compute, and why KFD, the compute driver inside amdgpu, does not have them.</summary>
internal static class KfdChecks
{
    private const string Topic = "amd compute";
    private const string GraphicsOnly = "graphics, video and Vulkan only";

    public static IEnumerable<Finding> Run(IHostRoot host, ImmutableArray<Gpu> gpus)
    {
        var without = gpus.Where(gpu => gpu is { Vendor: GpuVendor.Amd, HasCompute: false }).ToLookup(gpu => gpu.Driver == "amdgpu", gpu => gpu.Id);
        if (without[false].Any())
            yield return new Finding(Topic, $"{NameList.Of(without[false])}: {GraphicsOnly}, since the driver radeon has no compute");
        if (without[true].Any())
            yield return Unlisted(host, NameList.Of(without[true]));
    }

    private static Finding Unlisted(IHostRoot host, string gpus)
    {
        if (KfdDevice.Node(host) is null)
            return new Finding(
                Topic, $"{gpus}: {GraphicsOnly}, since this kernel has no KFD ({host.Locate(HostTree.Sys, "class/kfd")} is missing)",
                "For ROCm use a kernel with CONFIG_HSA_AMD, or AMD's amdgpu-dkms; nothing else needs it");
        // The kernel refuses the nodes whose GPUs the reader's device cgroup leaves out.
        var refused = host.List(HostTree.Sys, KfdTopology.Directory).Count(name => host.ReadText(HostTree.Sys, $"{KfdTopology.Directory}/{name}/properties") is null);
        return refused > 0
            ? new Finding(
                Topic, $"{gpus}: compute unknown, since this process may not read {refused} of KFD's nodes in {host.Locate(HostTree.Sys, KfdTopology.Directory)}",
                "Run gpu-runtime where no device rules keep GPUs from it, not in a container or a service with DeviceAllow=")
            : new Finding(Topic, $"{gpus}: {GraphicsOnly}, since KFD, which this kernel has, does not know such a GPU (too old, or an APU without support)");
    }
}

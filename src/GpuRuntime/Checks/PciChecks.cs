using System.Collections.Immutable;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Core.Vendors.Nvidia;

namespace GpuRuntime.Checks;

/// <summary>GPUs on the PCI bus that discovery did not return: no driver is bound, or one that does not serve them.</summary>
internal static class PciChecks
{
    public static IEnumerable<Finding> Run(IHostRoot host, ImmutableArray<Gpu> gpus)
    {
        var known = gpus.Select(gpu => gpu.PciAddress).ToHashSet();
        var any = !gpus.IsEmpty;
        foreach (var function in PciFunction.All(host))
        {
            if (known.Contains(function.Address) || Vendor(function) is not { } vendor)
                continue;
            any = true;
            yield return Explain(host, function, vendor);
        }

        if (!any)
            yield return new Finding("GPUs", "The PCI bus has no GPU of NVIDIA, AMD or Intel", "Check that the card is seated, enabled in the firmware, or passed through to this machine (lspci)");
    }

    private static Finding Explain(IHostRoot host, PciFunction function, GpuVendor vendor)
    {
        var topic = $"pci {function.Address}";
        var what = function.PhysicalFunction is { } physical ? $"Virtual function of {vendor.DisplayName()} GPU {physical.Address}" : $"{vendor.DisplayName()} GPU";
        return (vendor, function.Driver) switch
        {
            (_, null) => new Finding(topic, $"{what} with no driver bound", WithoutDriver(host, function, vendor)),
            (_, var driver) when function.IsHandedToVirtualMachines => new Finding(topic, $"{what} handed to virtual machines ({driver})"),
            (GpuVendor.Nvidia, "nvidia") when IsExcluded(host, function) => new Finding(topic, $"{what} that the driver was told to leave out (NVreg_ExcludedGpus)"),
            (GpuVendor.Nvidia, "nvidia") => new Finding(topic, $"{what} that the driver is bound to and does not list", "It failed to start: see dmesg for NVRM lines"),
            (GpuVendor.Nvidia, "nouveau") => new Finding(topic, $"{what} bound to nouveau, which has no CUDA", "Install NVIDIA's driver, which keeps nouveau from binding, and reboot"),
            (GpuVendor.Nvidia, var driver) => new Finding(topic, $"{what} bound to {driver}", "Bind it to NVIDIA's driver"),
            (_, "amdgpu" or "radeon" or "i915" or "xe") => new Finding(
                topic, $"{what}: {function.Driver} is bound and has registered no DRM device for it", $"It failed to start: see dmesg for {function.Driver} lines, which also name firmware that is missing"),
            (GpuVendor.Amd, var driver) => new Finding(topic, $"{what} bound to {driver}", "Bind it to amdgpu"),
            (_, var driver) => new Finding(topic, $"{what} bound to {driver}", "Bind it to xe or i915"),
        };
    }

    private static string WithoutDriver(IHostRoot host, PciFunction function, GpuVendor vendor) => vendor switch
    {
        _ when function.PhysicalFunction?.Driver is { } driver =>
            $"echo {function.Address} > {host.Locate(HostTree.Sys, $"bus/pci/drivers/{driver}/bind")}, or hand it to virtual machines (vfio-pci); look at dmesg if it does not bind",
        GpuVendor.Amd =>
            "modprobe amdgpu, with its firmware installed (firmware-amd-graphics, linux-firmware) or from AMD's amdgpu-dkms where the kernel is older than the card; look at dmesg if it still does not bind",
        GpuVendor.Intel =>
            "modprobe xe, or i915 for GPUs that xe leaves to it, with its firmware installed (firmware-intel-graphics, linux-firmware); a card newer than the kernel needs a newer one; look at dmesg if it still does not bind",
        _ => "Install NVIDIA's driver and load its module, then look at dmesg if it still does not bind",
    };

    private static bool IsExcluded(IHostRoot host, PciFunction function) =>
        host.ReadText(HostTree.Proc, $"driver/nvidia/gpus/{function.Address}/information") is { } text && ProcInformation.Parse(text) is { Excluded: true };

    /// <returns><see langword="null"/> for what is no GPU, or one of another vendor, such as a server's management controller.</returns>
    private static GpuVendor? Vendor(PciFunction function) => (function.Text("vendor"), Class(function)) switch
    {
        ("0x10de", not null) => GpuVendor.Nvidia,
        ("0x1002", not null) => GpuVendor.Amd,
        // Intel's accelerators are no GPUs; AMD's are the MI300 family.
        ("0x8086", not null and not "0x1200") => GpuVendor.Intel,
        _ => null,
    };

    // VGA, 3D, other display, and processing accelerators.
    private static string? Class(PciFunction function) =>
        function.Text("class") is { Length: >= 6 } text && text[..6] is ("0x0300" or "0x0302" or "0x0380" or "0x1200") and var kind ? kind : null;
}

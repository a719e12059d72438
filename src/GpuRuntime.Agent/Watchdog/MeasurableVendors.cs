using System.Globalization;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Core.Limits;
using GpuRuntime.Linux.Interop;
using GpuRuntime.Linux.Monitoring;

namespace GpuRuntime.Agent.Watchdog;

/// <summary>Finds the vendors whose memory this host tells by container, and says of the others why it does not.</summary>
internal sealed class MeasurableVendors(KernelFiles proc, NvidiaProcesses nvidia, ReadingQueue queue, WatchdogReport report)
{
    private string? _probed;
    private bool _isNvidiaMeasurable;

    public WatchdogState Of(HostGpus gpus)
    {
        List<GpuVendor> vendors = [];
        if (gpus.Gpus.Any(gpu => gpu.Vendor == GpuVendor.Nvidia) && IsNvidiaMeasurable(gpus))
            vendors.Add(GpuVendor.Nvidia);
        if (IsMeasurable(gpus, GpuVendor.Amd, "amdgpu"))
            vendors.Add(GpuVendor.Amd);
        if (IsMeasurable(gpus, GpuVendor.Intel, "i915", "xe"))
            vendors.Add(GpuVendor.Intel);
        report.Forget(subject => vendors.Exists(vendor => Subject(vendor) == subject));
        return new WatchdogState([.. vendors]);
    }

    private bool IsMeasurable(HostGpus gpus, GpuVendor vendor, params ReadOnlySpan<string> drivers)
    {
        if (!gpus.Gpus.Any(gpu => gpu.Vendor == vendor))
            return false;
        var isKnown = false;
        foreach (var gpu in gpus.Gpus)
            isKnown |= gpu.Vendor == vendor && gpu.Driver is { } driver && drivers.Contains(driver);
        if (!isKnown)
            report.WarnOnce(Subject(vendor), $"The memory of {vendor.DisplayName()}'s GPUs cannot be measured here: none has a driver that tells it ({string.Join(", ", drivers!)}).");
        return isKnown && MayReadOpenFiles(vendor);
    }

    // Of the first process of the host: whoever may look at that one may look at all.
    private bool MayReadOpenFiles(GpuVendor vendor)
    {
        try
        {
            _ = ProcessDrmClients.Of(proc, 1);
            return true;
        }
        catch (LinuxException exception)
        {
            report.WarnOnce(Subject(vendor), $"The memory of {vendor.DisplayName()}'s GPUs cannot be measured here: {exception.Message}. Run the agent as root with CAP_SYS_PTRACE.");
            return false;
        }
    }

    // Opening the library may wake GPUs: once for a driver and its GPUs, and again after a failure.
    private bool IsNvidiaMeasurable(HostGpus gpus)
    {
        if (gpus.ManagementLibrary is not { } library)
        {
            report.WarnOnce(Subject(GpuVendor.Nvidia), "The memory of NVIDIA's GPUs cannot be measured here: the driver's libnvidia-ml is not found.");
            return false;
        }

        var probed = string.Create(CultureInfo.InvariantCulture, $"{library} {string.Join(' ', gpus.Gpus.Where(gpu => gpu.Vendor == GpuVendor.Nvidia).Select(gpu => gpu.PciAddress))}");
        if (_isNvidiaMeasurable && _probed == probed)
            return true;
        var probe = new Reading<string>("NVIDIA's driver", () =>
        {
            nvidia.Probe(library);
            return library;
        });
        var done = queue.Run([probe]);
        _probed = probed;
        _isNvidiaMeasurable = done is [Reading<string> reading] && reading.TryResult(out var result) && result == library;
        if (!_isNvidiaMeasurable)
            report.WarnOnce(Subject(GpuVendor.Nvidia), $"The memory of NVIDIA's GPUs cannot be measured by {library}: {(done is [{ Problem: { } problem }] ? problem.TrimEnd('.') : "it does not answer")}.");
        return _isNvidiaMeasurable;
    }

    private static string Subject(GpuVendor vendor) => $"vendor {vendor.Word()}";
}

using GpuRuntime.Agent.Nvml;
using GpuRuntime.Core.Allocation;
using GpuRuntime.Core.Configuration;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Core.Vendors.Nvidia;
using GpuRuntime.Linux.Loader;
using GpuRuntime.Linux.Paths;

namespace GpuRuntime.Agent.Monitoring.Nvidia;

/// <summary>
/// NVIDIA's GPUs, by the driver's own library: it is loaded when the first of them is read and kept for all of them. A driver that cannot be had
/// is asked for again after a while.
/// </summary>
internal sealed class NvidiaSensorSource(RuntimeConfiguration configuration, TimeProvider clock) : ISensorSource
{
    private static readonly TimeSpan TimeBetweenTries = TimeSpan.FromSeconds(30);

    private readonly Lock _gate = new();
    private TrustedLibrary? _file;
    private NvmlLibrary? _library;
    private XidWatch? _xids;
    private Exception? _failure;
    private long _failed;

    public GpuVendor Vendor => GpuVendor.Nvidia;

    public IGpuSensors Open(Gpu gpu, IReadOnlyList<HeldUnit> units)
    {
        var (library, xids) = Library();
        var device = library.Device(gpu.PciAddress);
        return new NvidiaSensors(gpu, units, library, device, xids.Follow(gpu.PciAddress, device));
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _xids?.Dispose();
            _library?.Dispose();
            _file?.Dispose();
            (_xids, _library, _file) = (null, null, null);
        }
    }

    private (NvmlLibrary Library, XidWatch Xids) Library()
    {
        lock (_gate)
        {
            if (_library is not null)
                return (_library, _xids!);
            if (_failure is not null && clock.GetElapsedTime(_failed) < TimeBetweenTries)
                throw _failure;
            try
            {
                using var host = new LinuxHostRoot(configuration);
                var path = ManagementLibrary.Find(host, configuration.LibrarySearchPaths) ?? throw new NvmlException(NvmlStatus.LibraryNotFound, "the driver's libnvidia-ml is not found");
                _file = TrustedLibrary.Open(path);
                _library = NvmlLibrary.Open(_file.LoadPath);
                _xids = new XidWatch(NvmlEvents.Create(_library));
                _failure = null;
                return (_library, _xids);
            }
            catch (Exception exception)
            {
                _library?.Dispose();
                _file?.Dispose();
                (_library, _file) = (null, null);
                (_failure, _failed) = (exception, clock.GetTimestamp());
                throw;
            }
        }
    }
}

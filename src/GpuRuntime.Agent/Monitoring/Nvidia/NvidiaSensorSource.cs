using GpuRuntime.Agent.Nvml;
using GpuRuntime.Core.Allocation;
using GpuRuntime.Core.Configuration;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Core.Vendors.Nvidia;
using GpuRuntime.Linux.Paths;

namespace GpuRuntime.Agent.Monitoring.Nvidia;

/// <summary>
/// NVIDIA's GPUs, by the driver's own library: it is loaded when the first of them is read and kept for all of them. A driver that cannot be had
/// is asked for again after a while.
/// </summary>
internal sealed class NvidiaSensorSource(RuntimeConfiguration configuration, TimeProvider clock) : ISensorSource
{
    private static readonly TimeSpan TimeBetweenTries = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LongestEnd = TimeSpan.FromSeconds(1);

    // Held while the library is loaded and finds its driver, without which no GPU can be read; not while a GPU is asked.
    private readonly Lock _gate = new();
    private readonly XidCounts _xids = new();
    private NvmlSession? _session;
    private Exception? _failure;
    private long _failed;

    public GpuVendor Vendor => GpuVendor.Nvidia;

    public bool TellsProcesses => true;

    public IGpuSensors Open(Gpu gpu, IReadOnlyList<HeldUnit> units)
    {
        var session = Session();
        try
        {
            return Open(session, gpu, units);
        }
        catch (NvmlException exception) when (NvmlReader.IsOfDriver(exception.Status))
        {
            session.End();
            throw;
        }
        catch (NvmlException exception) when (NvmlReader.FaultOf(exception.Status) is { } fault)
        {
            throw new GpuFaultException(fault, exception.Message);
        }
    }

    public void Dispose()
    {
        // One that hangs in the driver ends with the process.
        if (!_gate.TryEnter(LongestEnd))
            return;
        _session?.Dispose();
        _session = null;
        _gate.Exit();
    }

    private NvidiaSensors Open(NvmlSession session, Gpu gpu, IReadOnlyList<HeldUnit> units)
    {
        var device = session.Library.Device(gpu.PciAddress);
        var (hasXids, problem) = (false, session.Xids.Problem);
        try
        {
            hasXids = session.Xids.Follow(gpu.PciAddress, device);
        }
        catch (NvmlException exception) when (!NvmlReader.IsOfDriver(exception.Status) && NvmlReader.FaultOf(exception.Status) is null)
        {
            // All else of it can be read.
            problem = exception.Message;
        }

        return new NvidiaSensors(gpu, units, session, device, new PcieTraffic(device, clock), () => hasXids ? _xids.Of(gpu.PciAddress) : null, problem);
    }

    private NvmlSession Session()
    {
        lock (_gate)
        {
            if (_session is { IsOver: false })
                return _session;
            _session?.Dispose();
            _session = null;
            if (_failure is not null && clock.GetElapsedTime(_failed) < TimeBetweenTries)
                throw _failure;
            try
            {
                using var host = new LinuxHostRoot(configuration);
                var path = ManagementLibrary.Find(host, configuration.LibrarySearchPaths) ?? throw new NvmlException(NvmlStatus.LibraryNotFound, "the driver's libnvidia-ml is not found");
                _session = NvmlSession.Begin(path, _xids);
                _failure = null;
                return _session;
            }
            catch (Exception exception)
            {
                (_failure, _failed) = (exception, clock.GetTimestamp());
                throw;
            }
        }
    }
}

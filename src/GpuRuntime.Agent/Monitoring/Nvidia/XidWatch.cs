using GpuRuntime.Agent.Nvml;
using GpuRuntime.Core.Inventory;

namespace GpuRuntime.Agent.Monitoring.Nvidia;

/// <summary>Waits for XID errors of all GPUs of a loaded library, on a thread of its own, which frees what it needs when it ends.</summary>
internal sealed class XidWatch : IDisposable
{
    // A GPU that is added meanwhile may have to wait for the end of a wait.
    private static readonly TimeSpan LongestWait = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan RestAfterFailure = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly NvmlEvents? _events;
    private readonly XidCounts _counts;
    private readonly ManualResetEventSlim _stop = new();
    private readonly Dictionary<nint, PciAddress> _devices = [];
    private Thread? _thread;

    private XidWatch(NvmlEvents? events, XidCounts counts, string? problem) => (_events, _counts, Problem) = (events, counts, problem);

    /// <summary>Why no XIDs can be told, though the library has events.</summary>
    public string? Problem { get; }

    public static XidWatch Of(NvmlLibrary library, XidCounts counts)
    {
        try
        {
            return new XidWatch(NvmlEvents.Create(library), counts, null);
        }
        catch (NvmlException exception)
        {
            return new XidWatch(null, counts, exception.Message);
        }
    }

    /// <returns>Whether this GPU's XIDs are counted from now on.</returns>
    /// <exception cref="NvmlException">It cannot be told at this moment.</exception>
    public bool Follow(PciAddress address, NvmlDevice device)
    {
        lock (_gate)
        {
            if (_devices.ContainsKey(device.Handle))
                return true;
        }

        // Without the gate: it may hang.
        if (_events?.Add(device) != true)
            return false;
        lock (_gate)
        {
            _devices[device.Handle] = address;
            if (_thread is null && !_stop.IsSet)
            {
                _thread = new Thread(Watch) { IsBackground = true, Name = "XIDs" };
                _thread.Start();
            }
        }

        return true;
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _stop.Set();
            if (_thread is null)
                _events?.Dispose();
        }
    }

    private void Watch()
    {
        while (!_stop.IsSet)
        {
            try
            {
                if (_events!.Wait(LongestWait) is { } seen)
                    Count(seen.Device, seen.Xid);
            }
            catch (NvmlException)
            {
                // A GPU was lost, or the driver, which whoever reads them is told too. The others' events come on.
                _stop.Wait(RestAfterFailure);
            }
        }

        _events!.Dispose();
    }

    private void Count(nint device, int xid)
    {
        lock (_gate)
        {
            if (_devices.TryGetValue(device, out var address))
                _counts.Add(address, xid);
        }
    }
}

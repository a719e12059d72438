using System.Collections.Immutable;
using GpuRuntime.Agent.Nvml;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Core.Monitoring.Samples;

namespace GpuRuntime.Agent.Monitoring.Nvidia;

/// <summary>Waits for XID errors of all GPUs, on a thread of its own.</summary>
internal sealed class XidWatch : IDisposable
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan RestAfterFailure = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly NvmlEvents? _events;
    private readonly ManualResetEventSlim _stop = new();
    private readonly Dictionary<nint, PciAddress> _devices = [];
    private readonly Dictionary<PciAddress, XidErrors> _errors = [];
    private Thread? _thread;

    /// <param name="events"><see langword="null"/> where the library has none; disposed of with the watch.</param>
    public XidWatch(NvmlEvents? events) => _events = events;

    /// <returns>What was seen of this GPU, whenever it is asked; <see langword="null"/> for one that tells of no XIDs.</returns>
    /// <exception cref="NvmlException">It cannot be told at this moment.</exception>
    public Func<XidErrors?> Follow(PciAddress address, NvmlDevice device)
    {
        if (_events?.Add(device) != true)
            return static () => null;
        lock (_gate)
        {
            _devices[device.Handle] = address;
            _errors.TryAdd(address, new XidErrors(null, ImmutableDictionary<int, long>.Empty));
            if (_thread is null)
            {
                _thread = new Thread(Watch) { IsBackground = true, Name = "XIDs" };
                _thread.Start();
            }
        }

        return () =>
        {
            lock (_gate)
                return _errors[address];
        };
    }

    public void Dispose()
    {
        _stop.Set();
        // One that hangs in the driver keeps its events, and ends with the process.
        if (_thread?.Join(LongestWait + RestAfterFailure) != false)
            _events?.Dispose();
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
                // A GPU was lost, which whoever reads it is told too. The others' events come on.
                _stop.Wait(RestAfterFailure);
            }
        }
    }

    private void Count(nint device, int xid)
    {
        lock (_gate)
        {
            if (!_devices.TryGetValue(device, out var address))
                return;
            var counts = (ImmutableDictionary<int, long>)_errors[address].Counts;
            _errors[address] = new XidErrors(xid, counts.SetItem(xid, counts.GetValueOrDefault(xid) + 1));
        }
    }
}

using GpuRuntime.Core.Inventory;
using GpuRuntime.Core.Monitoring.Samples;

namespace GpuRuntime.Agent.Monitoring;

/// <summary>
/// Reads one GPU on a thread of its own: a driver that hangs, or only takes long, holds up no other GPU. A reading that comes too late for its
/// pass is not used for another one.
/// </summary>
internal sealed class SensorWorker : IDisposable
{
    private const int StackBytes = 256 << 10;

    private readonly ReadingGate _gate;
    private readonly Func<IGpuSensors> _open;
    // One that all share would wake every thread whenever one has something to do.
    private readonly object _wake = new();
    private IGpuSensors? _sensors;
    private TimeSpan? _asked;
    private bool _isReading;
    private bool _isEnded;
    private GpuSample? _sample;

    /// <param name="gate">Shared by the workers of a host.</param>
    public SensorWorker(Gpu gpu, Func<IGpuSensors> open, ReadingGate gate)
    {
        Gpu = gpu;
        _open = open;
        _gate = gate;
        new Thread(Work, StackBytes) { IsBackground = true, Name = gpu.Id }.Start();
    }

    public Gpu Gpu { get; }

    /// <summary>With the gate held: starts a reading, unless the last one has not returned.</summary>
    public void Start(TimeSpan now)
    {
        if (_isReading)
            return;
        (_sample, _isReading) = (null, true);
        _gate.Began();
        lock (_wake)
        {
            _asked = now;
            Monitor.Pulse(_wake);
        }
    }

    /// <summary>With the gate held: what was read since <see cref="Start"/>.</summary>
    public GpuSample Result(TimeSpan longest) =>
        _isReading
            ? new GpuSample(Gpu) { Problem = $"reading it has not returned after {longest.TotalMilliseconds:0} milliseconds" }
            : _sample ?? new GpuSample(Gpu) { Problem = "it was not read" };

    public void Dispose()
    {
        lock (_wake)
        {
            _isEnded = true;
            Monitor.Pulse(_wake);
        }
    }

    private void Work()
    {
        while (Next() is { } now)
        {
            var sample = Read(now);
            lock (_gate)
            {
                (_sample, _isReading) = (sample, false);
                _gate.Returned();
            }
        }

        _sensors?.Dispose();
    }

    private TimeSpan? Next()
    {
        lock (_wake)
        {
            while (_asked is null && !_isEnded)
                Monitor.Wait(_wake);
            var now = _isEnded ? null : _asked;
            _asked = null;
            return now;
        }
    }

    private GpuSample Read(TimeSpan now)
    {
        try
        {
            return (_sensors ??= _open()).Read(now);
        }
        catch (Exception exception)
        {
            // Whatever one driver does, the others are read; opened anew, it may answer again.
            _sensors?.Dispose();
            _sensors = null;
            return new GpuSample(Gpu) { Problem = exception.Message.TrimEnd('.'), Fault = (exception as GpuFaultException)?.Fault };
        }
    }
}

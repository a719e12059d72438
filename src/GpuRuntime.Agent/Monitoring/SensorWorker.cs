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

    private readonly object _gate;
    private readonly Func<IGpuSensors> _open;
    private IGpuSensors? _sensors;
    private TimeSpan _now;
    private bool _isReading;
    private bool _isEnded;
    private GpuSample? _sample;

    /// <param name="gate">Pulsed whenever a reading has returned; shared by the workers of a host.</param>
    public SensorWorker(Gpu gpu, Func<IGpuSensors> open, object gate)
    {
        Gpu = gpu;
        _open = open;
        _gate = gate;
        new Thread(Work, StackBytes) { IsBackground = true, Name = gpu.Id }.Start();
    }

    public Gpu Gpu { get; }

    /// <summary>With the gate held.</summary>
    public bool IsReading => _isReading;

    /// <summary>With the gate held: starts a reading, unless the last one has not returned.</summary>
    public void Start(TimeSpan now)
    {
        if (_isReading)
            return;
        (_now, _sample, _isReading) = (now, null, true);
        Monitor.PulseAll(_gate);
    }

    /// <summary>With the gate held: what was read since <see cref="Start"/>.</summary>
    public GpuSample Result(TimeSpan longest) =>
        _isReading
            ? new GpuSample(Gpu) { Problem = $"reading it has not returned after {longest.TotalMilliseconds:0} milliseconds" }
            : _sample ?? new GpuSample(Gpu) { Problem = "it was not read" };

    public void Dispose()
    {
        lock (_gate)
        {
            _isEnded = true;
            Monitor.PulseAll(_gate);
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
                Monitor.PulseAll(_gate);
            }
        }

        _sensors?.Dispose();
    }

    private TimeSpan? Next()
    {
        lock (_gate)
        {
            while (!_isReading && !_isEnded)
                Monitor.Wait(_gate);
            return _isEnded ? null : _now;
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

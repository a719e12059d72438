using GpuRuntime.Core.Inventory;
using GpuRuntime.Core.Monitoring.Samples;

namespace GpuRuntime.Agent.Monitoring;

/// <summary>Reads one GPU, by whichever thread comes for it. A reading that comes too late for its pass is not used for another one.</summary>
/// <param name="open">Called by the first reading, and after one that failed.</param>
internal sealed class GpuReader(Gpu gpu, Func<IGpuSensors> open)
{
    private IGpuSensors? _sensors;
    private GpuSample? _sample;
    private TimeSpan _asked;
    private bool _isEnded;

    public Gpu Gpu => gpu;

    /// <summary>It was asked for a reading that has not returned.</summary>
    public bool IsReading { get; private set; }

    /// <summary>Its last reading took longer than others may have to wait for; until it has been read, nobody knows.</summary>
    public bool IsSlow { get; private set; } = true;

    /// <summary>Asks for a reading. Of one that is being read there is none until that returns.</summary>
    public void Ask(TimeSpan now) => (_sample, _asked, IsReading) = (null, now, true);

    /// <summary>Without a lock held, by one thread at a time: the reading itself. It may take any time.</summary>
    public GpuSample Read()
    {
        try
        {
            return (_sensors ??= open()).Read(_asked);
        }
        catch (Exception exception)
        {
            // Whatever one driver does, the others are read; opened anew, it may answer again.
            _sensors?.Dispose();
            _sensors = null;
            return GpuSample.Unread(gpu, exception.Message.TrimEnd('.')) with { Fault = (exception as GpuFaultException)?.Fault };
        }
    }

    /// <summary>What <see cref="Read"/> returned.</summary>
    public void Answer(GpuSample sample, bool isSlow)
    {
        (_sample, IsSlow, IsReading) = (sample, isSlow, false);
        if (_isEnded)
            _sensors?.Dispose();
    }

    /// <summary>Nobody came for the reading that was asked for.</summary>
    public void Withdraw() => IsReading = false;

    /// <summary>What was read since <see cref="Ask"/>.</summary>
    public GpuSample Result(TimeSpan longest) =>
        IsReading
            ? GpuSample.Unread(gpu, $"reading it has not returned after {longest.TotalMilliseconds:0} milliseconds")
            : _sample ?? GpuSample.Unread(gpu, "it was not read");

    /// <summary>It is not read any more. Whoever reads it now closes it.</summary>
    public void End()
    {
        _isEnded = true;
        if (!IsReading)
            _sensors?.Dispose();
    }
}

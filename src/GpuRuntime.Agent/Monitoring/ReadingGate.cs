namespace GpuRuntime.Agent.Monitoring;

/// <summary>Counts the readings of a host that have not returned; all of its members want it locked.</summary>
internal sealed class ReadingGate
{
    private int _reading;

    public void Began() => _reading++;

    public void Returned()
    {
        // Whoever waits wants them all.
        if (--_reading == 0)
            Monitor.PulseAll(this);
    }

    /// <summary>Waits until all have returned.</summary>
    /// <param name="left">How long it may still take, at the moment of the call.</param>
    public void Wait(Func<TimeSpan> left)
    {
        while (_reading > 0 && left() is { Ticks: > 0 } time)
            Monitor.Wait(this, time);
    }
}

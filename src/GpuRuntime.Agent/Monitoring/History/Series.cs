namespace GpuRuntime.Agent.Monitoring.History;

/// <summary>Points of one value, one for each slot of time; the oldest give way to the newest.</summary>
internal sealed class Series
{
    private readonly float[] _points = new float[SampleHistory.Points];
    private long _first = -1;
    private double _sum;
    private int _count;

    public Series() => Array.Fill(_points, float.NaN);

    /// <summary>The slot of the newest point; -1 before there is one.</summary>
    public long Newest { get; private set; } = -1;

    /// <summary>One more value of the slot that is going on.</summary>
    public void Add(double? value)
    {
        if (value is not { } known)
            return;
        _sum += known;
        _count++;
    }

    /// <summary>The slot is over: its point is the mean of what was added, or nothing.</summary>
    public void End(long slot)
    {
        if (_first < 0)
            _first = slot;
        // What lies between is of passes that there were none of.
        for (var missed = Math.Max(Newest + 1, slot - SampleHistory.Points + 1); Newest >= 0 && missed < slot; missed++)
            _points[missed % SampleHistory.Points] = float.NaN;
        _points[slot % SampleHistory.Points] = _count == 0 ? float.NaN : (float)(_sum / _count);
        Newest = slot;
        (_sum, _count) = (0, 0);
    }

    /// <returns><see langword="null"/> for a slot of which nothing is known.</returns>
    public float? At(long slot) =>
        slot >= _first && slot <= Newest && slot > Newest - SampleHistory.Points && _points[slot % SampleHistory.Points] is var point && !float.IsNaN(point) ? point : null;
}

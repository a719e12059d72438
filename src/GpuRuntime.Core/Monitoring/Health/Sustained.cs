namespace GpuRuntime.Core.Monitoring.Health;

/// <summary>Something that counts once it has held for a while, and no longer once it has not held for another while.</summary>
/// <param name="toBegin">How long it must hold.</param>
/// <param name="toEnd">How long it must not.</param>
internal sealed class Sustained(TimeSpan toBegin, TimeSpan toEnd)
{
    private TimeSpan? _otherwiseSince;

    public bool Counts { get; private set; }

    /// <param name="holds"><see langword="null"/> when it is not known, or neither: what counted counts on, and time that has run starts again.</param>
    public bool Update(bool? holds, TimeSpan now)
    {
        if (holds is not { } value || value == Counts)
        {
            _otherwiseSince = null;
            return Counts;
        }

        var since = _otherwiseSince ??= now;
        if (now - since >= (value ? toBegin : toEnd))
            (Counts, _otherwiseSince) = (value, null);
        return Counts;
    }
}

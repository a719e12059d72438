namespace GpuRuntime.Core.Monitoring.Processes;

/// <summary>
/// Processes that began a short while ago, and when each is to be looked at: a program opens its GPU in its first seconds, or mostly never. What is
/// older is found in turns.
/// </summary>
public sealed class YoungProcesses
{
    // A host on which more begin than this has the rest looked at in turns.
    private const int Most = 2048;

    // After the first sight. The last one is for programs that load for long.
    private static readonly TimeSpan[] Looks =
        [TimeSpan.Zero, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(8), TimeSpan.FromSeconds(16), TimeSpan.FromSeconds(32)];

    private readonly PriorityQueue<Look, TimeSpan> _looks = new();

    public int Count => _looks.Count;

    /// <param name="now">Of a clock that does not run backwards.</param>
    public void Add(int pid, TimeSpan now) => Enqueue(new Look(pid, now, 0));

    /// <summary>The next process that is to be looked at by now.</summary>
    public bool TryNext(TimeSpan now, out Look look)
    {
        if (!_looks.TryPeek(out look, out var due) || due > now)
            return false;
        _looks.Dequeue();
        return true;
    }

    /// <summary>It is there, and uses no GPU: it is looked at again while it is young.</summary>
    public void Again(Look look, TimeSpan now)
    {
        var number = look.Number + 1;
        // Looks that were due meanwhile are not made up for.
        while (number < Looks.Length && look.Seen + Looks[number] <= now)
            number++;
        if (number < Looks.Length)
            Enqueue(look with { Number = number });
    }

    private void Enqueue(Look look)
    {
        if (_looks.Count < Most)
            _looks.Enqueue(look, look.Seen + Looks[look.Number]);
    }

    /// <param name="Pid">The process.</param>
    /// <param name="Seen">When it was seen first.</param>
    /// <param name="Number">Which look at it this is, from 0.</param>
    public readonly record struct Look(int Pid, TimeSpan Seen, int Number);
}

namespace GpuRuntime.Agent.Watchdog;

/// <summary>
/// Does readings one after another, on a thread that is left behind with a reading that takes too long. What it reads counts when it returns after
/// all; until then nothing else is read from the same subject, so that a driver that hangs costs one thread.
/// </summary>
/// <param name="longest">For one reading.</param>
internal sealed class ReadingQueue(TimeSpan longest)
{
    // A driver that hangs may hold up everything that asks it, one reading after another.
    private const int MostLate = 10;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Reading> _late = new(StringComparer.Ordinal);

    /// <summary>Returns when each reading has returned or was left behind; when many were, those that have not begun are not read this time.</summary>
    /// <returns>The readings whose results there are: of a subject that was late the earlier one.</returns>
    public IReadOnlyList<Reading> Run(IEnumerable<Reading> readings)
    {
        var results = new List<Reading>();
        var waiting = new Queue<Reading>();
        lock (_gate)
        {
            foreach (var reading in readings)
            {
                if (!_late.TryGetValue(reading.Subject, out var late))
                    waiting.Enqueue(reading);
                else if (late.IsDone && _late.Remove(reading.Subject))
                    results.Add(late);
            }
        }

        var isDone = waiting.Count == 0;
        for (var late = 0; !isDone && late < MostLate; late++)
            isDone = new Worker(this, waiting, results).Work();
        return results;
    }

    /// <summary>Something is still read from this subject.</summary>
    public bool IsLate(string subject)
    {
        lock (_gate)
            return _late.TryGetValue(subject, out var reading) && !reading.IsDone;
    }

    private sealed class Worker(ReadingQueue queue, Queue<Reading> waiting, List<Reading> results)
    {
        private Reading? _current;
        private long _since;
        private bool _isLeft;

        /// <returns>Whether nothing is left to read.</returns>
        public bool Work()
        {
            var thread = new Thread(Read) { IsBackground = true };
            thread.Start();
            var patience = queue.Longest;
            while (!thread.Join(patience))
            {
                lock (queue._gate)
                {
                    var taken = TimeSpan.FromMilliseconds(Environment.TickCount64 - _since);
                    patience = queue.Longest - taken;
                    if (patience > TimeSpan.Zero || _current is null)
                    {
                        patience = patience > TimeSpan.Zero ? patience : queue.Longest;
                        continue;
                    }

                    _isLeft = true;
                    queue._late[_current.Subject] = _current;
                    return waiting.Count == 0;
                }
            }

            return true;
        }

        private void Read()
        {
            while (Next() is { } reading)
            {
                reading.Run();
                lock (queue._gate)
                {
                    reading.Finish();
                    if (_isLeft)
                        return;
                    results.Add(reading);
                    _current = null;
                }
            }
        }

        private Reading? Next()
        {
            lock (queue._gate)
            {
                _since = Environment.TickCount64;
                return waiting.TryDequeue(out _current) ? _current : null;
            }
        }
    }

    private TimeSpan Longest => longest;
}

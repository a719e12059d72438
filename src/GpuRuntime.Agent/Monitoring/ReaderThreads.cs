using GpuRuntime.Core.Monitoring.Samples;

namespace GpuRuntime.Agent.Monitoring;

/// <summary>
/// The threads that read the GPUs of a host. Those that answer at once are read by one thread, for each that is woken costs more than what it reads.
/// A GPU that does not answer at once has its thread for itself, and another one goes on with those that come after it: so no GPU waits for a slow
/// one, but the first time, and then for a few milliseconds.
/// </summary>
internal sealed class ReaderThreads(TimeProvider clock) : IDisposable
{
    /// <summary>A reading that takes longer is a slow one.</summary>
    public static readonly TimeSpan AtOnce = TimeSpan.FromMilliseconds(20);

    private const int StackBytes = 256 << 10;

    private readonly Lock _gate = new();
    private readonly Semaphore _work = new(0, int.MaxValue);
    private readonly AutoResetEvent _allReturned = new(initialState: false);
    private readonly Queue<GpuReader> _waiting = new();
    private readonly HashSet<GpuReader> _awaited = [];
    private int _idle;
    private int _kept = 1;
    private int _taken;
    private bool _isEnded;

    /// <summary>Reads them all, but those whose last reading has not returned.</summary>
    /// <param name="now">Of a clock that does not run backwards.</param>
    /// <param name="longest">Those that have not returned by then are not waited for.</param>
    /// <returns>What each told.</returns>
    public IReadOnlyDictionary<GpuReader, GpuSample> Read(IReadOnlyCollection<GpuReader> readers, TimeSpan now, TimeSpan longest)
    {
        lock (_gate)
        {
            // The last of the pass before may have returned when nobody waited any more.
            _allReturned.Reset();
            Ask(readers, now);
        }

        Wait(longest);
        lock (_gate)
        {
            while (_waiting.TryDequeue(out var reader))
                reader.Withdraw();
            _awaited.Clear();
            return readers.ToDictionary(reader => reader, reader => reader.Result(longest));
        }
    }

    /// <summary>It is not read any more.</summary>
    public void End(GpuReader reader)
    {
        lock (_gate)
            reader.End();
    }

    /// <summary>Waits for nothing: a thread that a driver does not let go ends when it does, or with the process.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _isEnded = true;
            Wake(_idle);
        }
    }

    private void Ask(IReadOnlyCollection<GpuReader> readers, TimeSpan now)
    {
        // The slow ones first: each thread but one takes one of them, and the last all others.
        var asked = readers.Where(reader => !reader.IsReading).OrderByDescending(reader => reader.IsSlow).ToList();
        foreach (var reader in asked)
        {
            reader.Ask(now);
            _waiting.Enqueue(reader);
            _awaited.Add(reader);
        }

        var slow = asked.Count(reader => reader.IsSlow);
        _kept = Math.Max(1, slow + (slow < asked.Count ? 1 : 0));
        if (asked.Count > 0)
            Call(_kept);
        // They end, for there are enough.
        Wake(Math.Max(0, _idle - _kept));
    }

    private void Wait(TimeSpan longest)
    {
        var began = clock.GetTimestamp();
        for (var others = 1; Left() is { Ticks: > 0 } left;)
        {
            int taken;
            lock (_gate)
            {
                if (_awaited.Count == 0)
                    return;
                taken = _taken;
            }

            _allReturned.WaitOne(left < AtOnce ? left : AtOnce);
            lock (_gate)
            {
                // Every thread is held up by a GPU of which nobody knew. Where one driver stops for all of its GPUs, each further thread is held up too.
                if (_waiting.Count == 0 || _taken != taken)
                    continue;
                Call(Math.Min(others, _waiting.Count));
                others *= 2;
            }
        }

        TimeSpan Left() => longest - clock.GetElapsedTime(began);
    }

    private void Call(int threads)
    {
        var idle = Math.Min(threads, _idle);
        Wake(idle);
        try
        {
            for (var i = idle; i < threads; i++)
                new Thread(Work, StackBytes) { IsBackground = true, Name = "readings" }.Start();
        }
        catch (Exception exception) when (exception is OutOfMemoryException or ThreadStartException)
        {
            // The system has no thread to give: those that there are do what they can, and what they leave is said not to have been read.
        }
    }

    private void Wake(int threads)
    {
        if (threads > 0)
            _work.Release(threads);
        _idle -= threads;
    }

    private void Work()
    {
        while (Take() is { } reader)
        {
            var began = clock.GetTimestamp();
            var sample = reader.Read();
            var isSlow = clock.GetElapsedTime(began) > AtOnce;
            lock (_gate)
            {
                reader.Answer(sample, isSlow);
                // One that returns after its pass is nobody's answer.
                if (_awaited.Remove(reader) && _awaited.Count == 0)
                    _allReturned.Set();
            }
        }
    }

    private GpuReader? Take()
    {
        while (true)
        {
            lock (_gate)
            {
                if (_isEnded)
                    return null;
                if (_waiting.TryDequeue(out var reader))
                {
                    _taken++;
                    return reader;
                }

                // As many wait as the last pass needed.
                if (_idle >= _kept)
                    return null;
                _idle++;
            }

            _work.WaitOne();
        }
    }
}

using System.Collections.Concurrent;
using GpuRuntime.Agent.Monitoring;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Core.Monitoring.Samples;

namespace GpuRuntime.Linux.Tests.Monitoring;

/// <summary>Who reads which GPU, and who waits for whom.</summary>
public sealed class ReaderThreadsTests : IDisposable
{
    private static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Enough = TimeSpan.FromMinutes(1);

    private readonly ManualResetEventSlim _released = new();
    private SetClock _clock = null!;
    private ReaderThreads _threads = null!;

    [SetUp]
    public void Begin()
    {
        _released.Reset();
        _clock = new SetClock();
        _threads = new ReaderThreads(_clock);
    }

    [TearDown]
    public void End()
    {
        _released.Set();
        _threads.Dispose();
    }

    [Test]
    public void GPUs_that_answer_at_once_are_read_by_one_thread()
    {
        var gpus = Gpus(8);
        Read(gpus, Enough);

        // Those that read in the first pass may help in the second.
        Assert.That(() => ThreadsOfAPass(gpus), Is.EqualTo(1).After(20_000, 10));
        // A machine that has no time for a thread makes what it reads slow.
        Assert.That(Enumerable.Range(0, 20).Count(_ => ThreadsOfAPass(gpus) == 1), Is.GreaterThan(10));
    }

    [Test]
    public void Slow_GPUs_are_read_at_the_same_time_and_no_quick_one_waits_for_them()
    {
        var (slow, quick) = (Gpus(4), Gpus(4));
        foreach (var gpu in slow)
            gpu.Takes = TimeSpan.FromMilliseconds(100);
        FakeGpu[] gpus = [slow[0], quick[0], slow[1], quick[1], slow[2], quick[2], slow[3], quick[3]];
        Read(gpus, Enough);

        // Each slow one waits until all slow ones are being read, and until every quick one has been.
        using var slowBegun = new CountdownEvent(slow.Length);
        using var quickRead = new CountdownEvent(quick.Length);
        foreach (var gpu in quick)
            gpu.Reading = () => quickRead.Signal();
        foreach (var gpu in slow)
        {
            gpu.Reading = () =>
            {
                slowBegun.Signal();
                Assert.That(slowBegun.Wait(Enough) && quickRead.Wait(Enough));
            };
        }

        var samples = Read(gpus, Enough);

        Assert.That(samples.Select(sample => sample.Problem), Is.All.Null);
    }

    [TestCase(1)]
    [TestCase(3)]
    public void GPUs_that_hang_for_the_first_time_hold_up_none_that_come_after_them(int hanging)
    {
        var gpus = Gpus(8);
        Read(gpus, Enough);
        foreach (var gpu in gpus.Take(hanging))
            gpu.Reading = () => _released.Wait();

        var samples = Read(gpus, Longest);

        Assert.That(samples.Select(sample => sample.PowerWatts), Is.EqualTo(Enumerable.Repeat((double?)null, hanging).Concat(Enumerable.Repeat((double?)2, 8 - hanging))));
        Assert.That(samples.Take(hanging).Select(sample => sample.Problem), Is.All.EqualTo("reading it has not returned after 500 milliseconds"));
    }

    [Test]
    public void A_driver_that_stops_for_all_of_its_GPUs_at_once_is_told_of_each()
    {
        var gpus = Gpus(128);
        Read(gpus, Enough);
        foreach (var gpu in gpus)
            gpu.Reading = () => _released.Wait();

        var stopped = Read(gpus, Longest);
        _released.Set();
        Assert.That(() => gpus.Sum(gpu => gpu.Returned), Is.EqualTo(gpus.Sum(gpu => gpu.Threads.Count)).After(20_000, 10));

        Assert.That(stopped.Select(sample => (sample.PowerWatts, sample.Problem is null)), Is.All.EqualTo(((double?)null, false)));
        Assert.That(() => Read(gpus, Enough).Select(sample => sample.Problem), Is.All.Null.After(20_000, 10));
    }

    [Test]
    public void Only_those_that_are_read_in_a_pass_are_waited_for()
    {
        var gpus = Gpus(2);
        Read(gpus, Enough);
        gpus[0].Reading = () => _released.Wait();
        Read(gpus, Longest);

        // Of a clock that stands still it would be for ever.
        _clock.StandsStill = true;
        var samples = Read(gpus, Longest);

        Assert.That(samples.Select(sample => sample.PowerWatts), Is.EqualTo((double?[])[null, 3]));
        Assert.That(gpus[0].Threads, Has.Count.EqualTo(2));
    }

    [Test]
    public void What_returns_after_its_pass_is_no_answer_to_the_next()
    {
        var gpu = Gpus(1)[0];
        Read([gpu], Enough);
        gpu.Reading = () => _released.Wait();
        Read([gpu], Longest);
        gpu.Reading = null;
        _released.Set();

        Assert.That(() => Read([gpu], Enough)[0].PowerWatts, Is.EqualTo(3).After(20_000, 10));
    }

    [Test]
    public void A_GPU_that_goes_while_it_is_read_is_closed_when_its_reading_returns()
    {
        var gpu = Gpus(1)[0];
        Read([gpu], Enough);
        gpu.Reading = () => _released.Wait();
        Read([gpu], Longest);

        _threads.End(gpu.Reader);
        var closedWhileRead = gpu.Closed;
        _released.Set();

        Assert.That(closedWhileRead, Is.Zero);
        Assert.That(() => gpu.Closed, Is.EqualTo(1).After(20_000, 10));
    }

    [Test]
    public void A_GPU_that_is_not_read_is_closed_at_once()
    {
        var gpu = Gpus(1)[0];
        Read([gpu], Enough);

        _threads.End(gpu.Reader);

        Assert.That(gpu.Closed, Is.EqualTo(1));
    }

    public void Dispose() => _released.Dispose();

    private int ThreadsOfAPass(FakeGpu[] gpus)
    {
        Read(gpus, Enough);
        return gpus.Select(gpu => gpu.Threads.Last()).Distinct().Count();
    }

    private GpuSample[] Read(FakeGpu[] gpus, TimeSpan longest)
    {
        var read = _threads.Read([.. gpus.Select(gpu => gpu.Reader)], TimeSpan.Zero, longest);
        return [.. gpus.Select(gpu => read[gpu.Reader])];
    }

    private static FakeGpu[] Gpus(int count) => [.. Enumerable.Range(0, count).Select(index => new FakeGpu(index))];

    /// <summary>Goes on by itself, and by what readings take.</summary>
    private sealed class SetClock : TimeProvider
    {
        [ThreadStatic]
        private static long _added;

        private long _stood;

        public bool StandsStill
        {
            set => _stood = value ? base.GetTimestamp() : 0;
        }

        public static void Add(TimeSpan time) => _added += time.Ticks * System.TimestampFrequency / TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => (_stood != 0 ? _stood : base.GetTimestamp()) + _added;
    }

    /// <summary>Tells how often it was read, as its power.</summary>
    private sealed class FakeGpu : IGpuSensors
    {
        private readonly Gpu _gpu;

        public FakeGpu(int index)
        {
            _gpu = new Gpu { Vendor = GpuVendor.Amd, Index = index, PciAddress = new PciAddress(0, (byte)index, 0, 0) };
            Reader = new GpuReader(_gpu, () => this);
        }

        public GpuReader Reader { get; }

        public ConcurrentQueue<int> Threads { get; } = [];

        public TimeSpan Takes { get; set; }

        public Action? Reading { get; set; }

        public int Returned { get; private set; }

        public int Closed { get; private set; }

        public GpuSample Read(TimeSpan now)
        {
            Threads.Enqueue(Environment.CurrentManagedThreadId);
            var count = Threads.Count;
            Reading?.Invoke();
            SetClock.Add(Takes);
            Returned++;
            return new GpuSample(_gpu) { PowerWatts = count };
        }

        public void Dispose() => Closed++;
    }
}

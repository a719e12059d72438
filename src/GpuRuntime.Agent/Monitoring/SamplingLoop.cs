using GpuRuntime.Agent.Watchdog;
using GpuRuntime.Core.Monitoring.Samples;

namespace GpuRuntime.Agent.Monitoring;

/// <summary>Takes samples on a thread of its own, one a period.</summary>
internal sealed class SamplingLoop : IDisposable
{
    private const string Subject = "sampling";

    // What lives for some passes and then dies is garbage of the oldest generation, which the collector by itself leaves for minutes.
    private const int PassesBetweenCollections = 30;

    private static readonly TimeSpan LongestStop = TimeSpan.FromSeconds(2);

    private readonly ManualResetEventSlim _stop = new();
    private readonly HostSampler _sampler;
    private readonly Action<HostSample> _publish;
    private readonly TimeSpan _period;
    private readonly WatchdogReport _report;
    private readonly Thread _thread;

    private SamplingLoop(HostSampler sampler, TimeSpan period, WatchdogReport report, Action<HostSample> publish)
    {
        (_sampler, _publish, _period, _report) = (sampler, publish, period, report);
        _thread = new Thread(Run) { IsBackground = true, Name = Subject };
    }

    /// <param name="sampler">Disposed of with the loop.</param>
    /// <param name="publish">Gets each sample, on the loop's thread.</param>
    public static SamplingLoop Start(HostSampler sampler, TimeSpan period, WatchdogReport report, Action<HostSample> publish)
    {
        var loop = new SamplingLoop(sampler, period, report, publish);
        loop._thread.Start();
        return loop;
    }

    public void Dispose()
    {
        _stop.Set();
        // A pass that hangs ends with the process.
        if (_thread.Join(LongestStop))
            _sampler.Dispose();
        _stop.Dispose();
    }

    private void Run()
    {
        var period = (long)_period.TotalMilliseconds;
        var next = Environment.TickCount64;
        var passes = 0;
        do
        {
            Sample();
            if (++passes % PassesBetweenCollections == 0)
                GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: true, compacting: true);
            // Passes begin at whole periods; what a long one missed is not made up for.
            next = Math.Max(next + period, Environment.TickCount64);
        }
        while (!_stop.Wait(TimeSpan.FromMilliseconds(Math.Max(0, next - Environment.TickCount64))));
    }

    private void Sample()
    {
        try
        {
            _publish(_sampler.Pass());
            _report.Forget(subject => subject == Subject);
        }
        catch (Exception exception)
        {
            // Whatever it was, limits are watched on, and the next pass may do better.
            _report.WarnOnce(Subject, $"GPUs could not be read: {exception.GetType().Name}: {exception.Message}");
        }
    }
}

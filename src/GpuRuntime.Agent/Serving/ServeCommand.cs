using System.Runtime.InteropServices;
using GpuRuntime.Agent.Http;
using GpuRuntime.Agent.Monitoring;
using GpuRuntime.Agent.Monitoring.Health;
using GpuRuntime.Agent.Monitoring.History;
using GpuRuntime.Agent.Watchdog;
using GpuRuntime.Agent.Web;
using GpuRuntime.Core.Configuration;
using GpuRuntime.Core.Errors;
using GpuRuntime.Core.Monitoring.Exposition;
using GpuRuntime.Linux.Limits;
using GpuRuntime.Linux.Paths;

namespace GpuRuntime.Agent.Serving;

/// <summary>The service: watches memory limits, reads the GPUs and serves what they tell, until it is told to stop (SIGTERM, SIGINT).</summary>
internal static class ServeCommand
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    /// <param name="more">What else is done with the samples; <see langword="null"/> = nothing.</param>
    /// <exception cref="GpuRuntimeException">It cannot serve here: the configuration cannot be read, another agent serves, or it cannot listen.</exception>
    public static void Run(ServeArguments arguments, Func<RuntimeConfiguration, WatchdogReport, ISampleReader>? more = null)
    {
        var configuration = ConfigurationFile.Load(arguments.Configuration ?? Environment.GetEnvironmentVariable(ConfigurationFile.Variable)).Values;
        configuration = configuration with { AgentListen = arguments.Listen ?? configuration.AgentListen, AgentCompat = arguments.Compat ?? configuration.AgentCompat };
        var address = ListenAddress.Parse(configuration.AgentListen);
        using var stop = new ManualResetEventSlim();
        using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var file = WatchdogFile.Take(configuration.StateDirectory);
        var report = new WatchdogReport(configuration);
        using var reader = more?.Invoke(configuration, report);
        if (address.IsNone && reader is null)
        {
            Watch(configuration, file, report, stop);
        }
        else
        {
            var feed = new SampleFeed(TimeProvider.System);
            var history = new SampleHistory(TimeProvider.System);
            using var server = address.IsNone ? null : AgentServer.Start(address, configuration, Routes(feed, history, configuration), TimeProvider.System, report.Warn);
            using var journal = new HealthJournal(configuration.StateDirectory, report);
            using var sampling = SamplingLoop.Start(Composition.Sampler(configuration), Period, report, sample =>
            {
                feed.Publish(sample);
                history.Add(sample);
                journal.Tell(sample);
                reader?.Take(sample);
            });
            Watch(configuration, file, report, stop);
        }

        ServiceManager.Stopping();

        void Stop(PosixSignalContext signal)
        {
            signal.Cancel = true;
            stop.Set();
        }
    }

    private static IEnumerable<IHttpRoute> Routes(SampleFeed feed, SampleHistory history, RuntimeConfiguration configuration) =>
    [
        .. SampleRoutes.Of(feed, new MetricSubject(Program.Version, Environment.MachineName), Metrics.With(configuration.AgentCompat)),
        new HistoryRoute(history),
        .. PageFiles.Routes(),
    ];

    private static void Watch(RuntimeConfiguration configuration, WatchdogFile file, WatchdogReport report, ManualResetEventSlim stop)
    {
        using var watchdog = new MemoryWatchdog(configuration, report);
        var told = watchdog.State;
        file.Write(told);
        report.Ready(told);
        ServiceManager.Ready();
        for (var rest = TimeSpan.Zero; !stop.Wait(rest);)
        {
            var began = Now();
            watchdog.Pass(began);
            if (!watchdog.State.Vendors.SequenceEqual(told.Vendors))
                file.Write(told = watchdog.State);
            ServiceManager.Alive();
            rest = TimeSpan.FromTicks(Math.Max(0, (Period - (Now() - began)).Ticks));
        }
    }

    private static TimeSpan Now() => TimeSpan.FromMilliseconds(Environment.TickCount64);
}

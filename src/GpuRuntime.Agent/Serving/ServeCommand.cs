using System.Runtime.InteropServices;
using GpuRuntime.Agent.Watchdog;
using GpuRuntime.Core.Configuration;
using GpuRuntime.Core.Errors;
using GpuRuntime.Linux.Limits;
using GpuRuntime.Linux.Paths;

namespace GpuRuntime.Agent.Serving;

/// <summary>The service: watches memory limits until it is told to stop (SIGTERM, SIGINT).</summary>
internal static class ServeCommand
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    /// <exception cref="GpuRuntimeException">It cannot serve here: the configuration cannot be read, or another agent serves.</exception>
    public static void Run(ServeArguments arguments)
    {
        var configuration = ConfigurationFile.Load(arguments.Configuration ?? Environment.GetEnvironmentVariable(ConfigurationFile.Variable)).Values;
        using var stop = new ManualResetEventSlim();
        using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var file = WatchdogFile.Take(configuration.StateDirectory);
        Serve(configuration, file, stop);
        ServiceManager.Stopping();

        void Stop(PosixSignalContext signal)
        {
            signal.Cancel = true;
            stop.Set();
        }
    }

    private static void Serve(RuntimeConfiguration configuration, WatchdogFile file, ManualResetEventSlim stop)
    {
        var report = new WatchdogReport(configuration);
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

using System.Diagnostics;

namespace GpuRuntime.EndToEnd.Tests;

/// <summary>A daemon in the foreground, started by us, that is ready when a probe succeeds.</summary>
internal sealed class EngineDaemon : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);
    private readonly Process _process;
    private readonly string _logPrefix;

    private EngineDaemon(Process process, string logPrefix)
    {
        _process = process;
        _logPrefix = logPrefix;
    }

    public string Log => File.ReadAllText(_logPrefix + ".out") + File.ReadAllText(_logPrefix + ".err");

    public static async Task<EngineDaemon> StartAsync(Command command, string logPrefix, Command probe)
    {
        var daemon = new EngineDaemon(command.Start(logPrefix), logPrefix);
        var clock = Stopwatch.StartNew();
        while ((await probe.RunAsync()).ExitCode != 0)
        {
            if (daemon._process.HasExited || clock.Elapsed > StartLimit)
            {
                var state = daemon._process.HasExited ? $"ended with status {daemon._process.ExitCode}" : $"not ready after {StartLimit.TotalSeconds} s";
                var log = daemon.Log;
                await daemon.DisposeAsync();
                throw new InvalidOperationException($"{command}\n{state}\n{log}");
            }
            await Task.Delay(50);
        }
        return daemon;
    }

    public async ValueTask DisposeAsync()
    {
        await PrivateProcesses.StopAsync(_process);
        _process.Dispose();
    }
}

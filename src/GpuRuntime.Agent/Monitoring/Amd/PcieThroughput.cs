using GpuRuntime.Core.Monitoring.Amd;
using GpuRuntime.Linux.Interop;
using GpuRuntime.Linux.Monitoring;

namespace GpuRuntime.Agent.Monitoring.Amd;

/// <summary>
/// Reads what goes over a GPU's link, on a thread of its own: each reading takes a second in the driver, longer than all else of a pass may take.
/// </summary>
internal sealed class PcieThroughput : IDisposable
{
    private const int StackBytes = 128 << 10;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Oldest = TimeSpan.FromSeconds(5);

    private readonly SensorFiles _files;
    private readonly TimeProvider _clock;
    private readonly ManualResetEventSlim _ended = new();
    private volatile Measured? _measured;

    public PcieThroughput(string sys, string directory, TimeProvider clock)
    {
        _files = new SensorFiles(sys, directory, clock);
        _clock = clock;
        new Thread(Work, StackBytes) { IsBackground = true, Name = "pcie" }.Start();
    }

    /// <summary><see langword="null"/> until it was read, where it cannot be, and when the last reading is too old.</summary>
    public PcieBandwidth? Latest => _measured is { } measured && _clock.GetElapsedTime(measured.Time) < Oldest ? measured.Bandwidth : null;

    public void Dispose() => _ended.Set();

    private void Work()
    {
        do
            _measured = Measure() is { } bandwidth ? new Measured(bandwidth, _clock.GetTimestamp()) : null;
        while (!_ended.Wait(Pause));
        _files.Dispose();
    }

    private PcieBandwidth? Measure()
    {
        try
        {
            return _files.ReadText("power/runtime_status") == "suspended" ? null : PcieBandwidth.Parse(_files.ReadText(PcieBandwidth.File));
        }
        catch (LinuxException)
        {
            // Whoever reads the GPU meets the same, and says so.
            return null;
        }
    }

    private sealed record Measured(PcieBandwidth Bandwidth, long Time);
}

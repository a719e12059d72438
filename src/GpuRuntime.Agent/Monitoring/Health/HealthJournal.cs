using GpuRuntime.Agent.Watchdog;
using GpuRuntime.Core.Errors;
using GpuRuntime.Core.Monitoring.Health;
using GpuRuntime.Core.Monitoring.Samples;
using GpuRuntime.Linux.Monitoring;

namespace GpuRuntime.Agent.Monitoring.Health;

/// <summary>
/// Tells how the GPUs are whenever that changes: in the file that <c>gpu-runtime check</c> reads, and in the log. Made once the agent holds the
/// watchdog's lock: what an agent before this one has said counts no more.
/// </summary>
internal sealed class HealthJournal : IDisposable
{
    private const string WriteFailure = "health file";

    private readonly HealthFile _file;
    private readonly WatchdogReport _report;
    private readonly Dictionary<string, HashSet<string>> _told = new(StringComparer.Ordinal);
    private string? _written;

    public HealthJournal(string stateDirectory, WatchdogReport report)
    {
        _file = new HealthFile(stateDirectory);
        _report = report;
        Write(HealthState.NothingYet);
    }

    /// <summary>Called with each sample.</summary>
    public void Tell(HostSample sample)
    {
        Write(HealthState.Of(sample));
        foreach (var gpu in sample.Gpus)
            Log(gpu.Gpu.Id, gpu.Health);
    }

    /// <summary>From now on nobody judges.</summary>
    public void Dispose() => Write(HealthState.NothingYet);

    private void Write(HealthState state)
    {
        var text = state.Format();
        if (text == _written)
            return;
        try
        {
            _file.Write(state);
            _written = text;
            _report.Forget(subject => subject == WriteFailure);
        }
        catch (GpuRuntimeException exception)
        {
            // It is tried again with the next sample; who asks meanwhile reads what was last written.
            _report.WarnOnce(WriteFailure, exception.Message);
        }
    }

    private void Log(string gpu, GpuHealth health)
    {
        if (!_told.TryGetValue(gpu, out var told))
            _told[gpu] = told = new HashSet<string>(StringComparer.Ordinal);
        if (told.Count > 0 && health.IsHealthy)
            _report.Note($"{gpu} is healthy again");
        told.IntersectWith(health.Reasons.Select(reason => reason.Code));
        foreach (var reason in health.Reasons.Where(reason => told.Add(reason.Code)))
            _report.Warn($"{gpu} is unhealthy ({reason.Code}): {reason.Sentence}");
    }
}

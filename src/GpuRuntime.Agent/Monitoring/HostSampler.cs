using System.Collections.Immutable;
using GpuRuntime.Core.Allocation;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Core.Monitoring.Samples;

namespace GpuRuntime.Agent.Monitoring;

/// <summary>
/// Reads every GPU of the host once a pass, none of which holds up another, then the processes, and finds out whose they are. What a GPU has not told
/// after <see cref="LongestReading"/> is not waited for, whatever its driver does.
/// </summary>
/// <param name="look">The GPUs of the host; called from time to time.</param>
/// <param name="sources">One for each vendor.</param>
internal sealed class HostSampler(
    Func<ImmutableArray<Gpu>> look,
    IReadOnlyList<ISensorSource> sources,
    IProcessLook processLook,
    IContainerAttribution attribution,
    IHealthRules health,
    TimeProvider clock) : IDisposable
{
    public static readonly TimeSpan LongestReading = TimeSpan.FromMilliseconds(500);

    private static readonly TimeSpan TimeBetweenLooks = TimeSpan.FromSeconds(30);

    private readonly Lock _passing = new();
    private readonly ReaderThreads _threads = new(clock);
    private readonly SortedDictionary<string, GpuReader> _readers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, GpuSample> _lost = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _failures = new(StringComparer.Ordinal);
    private ImmutableArray<Gpu> _gpus = [];
    private ImmutableArray<HeldUnit> _units = [];
    private TimeSpan? _looked;

    /// <summary>Takes one sample.</summary>
    public HostSample Pass()
    {
        lock (_passing)
        {
            var began = clock.GetTimestamp();
            var now = clock.GetElapsedTime(0, began);
            List<string> problems = [];
            Look(now, problems);
            var read = Read(now);
            var looked = Try(() => processLook.Read(_units, now), ProcessLookResult.Unknown, problems);
            List<GpuSample> samples = [.. read.Select(sample => WithProcesses(sample, looked))];
            var own = samples.SelectMany(sample => sample.Processes).ToList();
            ImmutableArray<GpuProcess> processes = own.Count == 0 ? looked.Processes : [.. own, .. looked.Processes];
            var unknown = samples.Where(sample => sample.HasUnknownProcesses).Select(sample => sample.Gpu.Id).ToImmutableHashSet(StringComparer.Ordinal);
            var attributed = Try(() => attribution.Attribute(processes, unknown, _units, now), AttributedUse.Unknown, problems);
            return new HostSample(clock.GetUtcNow())
            {
                Gpus = [.. samples.Select(sample => Judged(Counted(attributed.IsWhole ? sample : sample with { HasUnknownProcesses = true }), now))],
                Containers = attributed.Containers,
                Processes = attributed.Processes,
                Problems = [.. problems, .. looked.Problems, .. attributed.Problems],
                Duration = clock.GetElapsedTime(began),
            };
        }
    }

    public void Dispose()
    {
        foreach (var reader in _readers.Values)
            _threads.End(reader);
        _threads.Dispose();
        foreach (var source in sources)
            source.Dispose();
        processLook.Dispose();
        attribution.Dispose();
    }

    private void Look(TimeSpan now, List<string> problems)
    {
        if (_looked is { } looked && now - looked < TimeBetweenLooks)
            return;
        if (Try<ImmutableArray<Gpu>?>(() => look(), null, problems) is not { } found)
            return;
        _looked = now;
        foreach (var (name, reader) in _readers.Where(pair => !found.Any(gpu => KeyOf(gpu) == pair.Key && IsSame(gpu, pair.Value.Gpu))).ToList())
        {
            _threads.End(reader);
            _readers.Remove(name);
            // One that was divided, or put together, is still there.
            if (!found.Any(gpu => gpu.PciAddress == reader.Gpu.PciAddress))
                _lost[name] = GpuSample.Unread(reader.Gpu, "it is not on this host any more");
        }

        foreach (var name in _lost.Where(lost => found.Any(gpu => gpu.PciAddress == lost.Value.Gpu.PciAddress)).Select(lost => lost.Key).ToList())
            _lost.Remove(name);
        foreach (var gpu in found)
        {
            if (!_readers.ContainsKey(KeyOf(gpu)) && sources.FirstOrDefault(source => source.Vendor == gpu.Vendor) is { } source)
                _readers[KeyOf(gpu)] = new GpuReader(gpu, () => source.Open(gpu, HeldUnit.Of(gpu)));
        }

        _gpus = found;
        _units = HeldUnit.Of(found);
    }

    private List<GpuSample> Read(TimeSpan now)
    {
        var read = _threads.Read(_readers.Values, now, LongestReading);
        return [.. _gpus.Select(gpu => _readers.TryGetValue(KeyOf(gpu), out var reader) ? read[reader] : new GpuSample(gpu)), .. _lost.Values];
    }

    private GpuSample Judged(GpuSample sample, TimeSpan now) => sample with { Health = health.Judge(sample, !_lost.ContainsKey(KeyOf(sample.Gpu)), now) };

    private GpuSample Counted(GpuSample sample)
    {
        var key = KeyOf(sample.Gpu);
        var failures = _failures.GetValueOrDefault(key) + (sample.Problem is null ? 0 : 1);
        _failures[key] = failures;
        return sample with { FailedReadings = failures };
    }

    private GpuSample WithProcesses(GpuSample sample, ProcessLookResult looked)
    {
        var tells = sources.Any(source => source.Vendor == sample.Gpu.Vendor && source.TellsProcesses);
        sample = sample with { HasUnknownProcesses = tells ? sample.HasUnknownProcesses : !looked.IsWhole };
        if (!looked.Engines.TryGetValue(sample.Gpu.Id, out var engines) || engines.IsEmpty)
            return sample;
        return sample with
        {
            Engines = [.. sample.Engines, .. engines.Where(engine => !sample.Engines.Any(known => known.Engine == engine.Engine))],
            UtilizationRatio = sample.UtilizationRatio ?? engines.Max(engine => engine.BusyRatio),
        };
    }

    private static string KeyOf(Gpu gpu) => gpu.Partition is { } partition ? $"{gpu.PciAddress}-p{partition:000}" : gpu.PciAddress.ToString();

    // Records with lists in them are equal only to themselves.
    private static bool IsSame(Gpu gpu, Gpu other) =>
        gpu with { MigDevices = [], DeviceNodes = [], DrmNodes = [], MissingDrmNodes = [], ManagementNodes = [], DriverNodes = [] }
            == other with { MigDevices = [], DeviceNodes = [], DrmNodes = [], MissingDrmNodes = [], ManagementNodes = [], DriverNodes = [] }
        && gpu.DrmNodes.SequenceEqual(other.DrmNodes)
        && gpu.MigDevices.Select(device => device with { CapabilityNodes = [] }).SequenceEqual(other.MigDevices.Select(device => device with { CapabilityNodes = [] }));

    private static T Try<T>(Func<T> read, T otherwise, List<string> problems)
    {
        try
        {
            return read();
        }
        catch (Exception exception)
        {
            problems.Add($"{exception.Message.TrimEnd('.')}.");
            return otherwise;
        }
    }
}

using System.Collections.Immutable;
using GpuRuntime.Core.Allocation;
using GpuRuntime.Core.Configuration;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Core.Limits;
using GpuRuntime.Linux.Monitoring;

namespace GpuRuntime.Agent.Watchdog;

/// <summary>
/// Holds containers to the memory limits that the ledger gives to the watchdog: measures what their processes use of each GPU, and ends a container
/// that stays above its limit for longer than <see cref="RuntimeConfiguration.GraceSeconds"/>.
/// </summary>
internal sealed class MemoryWatchdog : IDisposable
{
    private const int PassesBetweenLooks = 30;

    // A kernel or driver that takes longer for one container or GPU hangs, or nearly so.
    private static readonly TimeSpan LongestReading = TimeSpan.FromSeconds(2);

    private readonly RuntimeConfiguration _configuration;
    private readonly WatchdogReport _report;
    private readonly LedgerView _ledger;
    private readonly KernelFiles _proc;
    private readonly KernelFiles _sys;
    private readonly NvidiaProcesses _nvidia = new();
    private readonly ReadingQueue _queue = new(LongestReading);
    private readonly MeasurableVendors _vendors;
    private readonly BreachAction _breach;
    private readonly Dictionary<string, WatchedContainer> _containers = new(StringComparer.Ordinal);
    private HostGpus _gpus;
    private int _passes;

    public MemoryWatchdog(RuntimeConfiguration configuration, WatchdogReport report)
    {
        _configuration = configuration;
        _report = report;
        _ledger = new LedgerView(configuration.StateDirectory, report);
        _proc = new KernelFiles(configuration.Proc);
        _sys = new KernelFiles(configuration.Sys);
        _vendors = new MeasurableVendors(_proc, _nvidia, _queue, report);
        _breach = new BreachAction(_ledger, report);
        _gpus = HostGpus.Look(configuration);
        State = _vendors.Of(_gpus);
    }

    /// <summary>The vendors whose GPUs can be measured.</summary>
    public WatchdogState State { get; private set; }

    /// <summary>Measures once, and does what follows from it.</summary>
    /// <param name="now">Of a clock that does not run backwards.</param>
    public void Pass(TimeSpan now)
    {
        _passes++;
        Follow(_ledger.Entries());
        _ledger.Sweep();
        if (_passes % PassesBetweenLooks == 0)
            Look();
        var readings = new List<Reading>();
        var units = _containers.Values.SelectMany(container => container.Units).Select(unit => unit.Name).Distinct(StringComparer.Ordinal).Select(_gpus.Unit).OfType<HeldUnit>().ToList();
        readings.AddRange(Nvidia([.. units.Where(unit => unit.Gpu.Vendor == GpuVendor.Nvidia)]));
        foreach (var (key, container) in _containers)
            readings.Add(new Reading<ContainerSample>(key, Sampling(container)));
        Act(_queue.Run(readings), now);
    }

    public void Dispose()
    {
        foreach (var container in _containers.Values)
            container.Dispose();
        _nvidia.Dispose();
        _proc.Dispose();
        _sys.Dispose();
    }

    private void Look()
    {
        if (_queue.Run([new Reading<HostGpus>("host", () => HostGpus.Look(_configuration))]) is not [Reading<HostGpus> reading] || !reading.TryResult(out var gpus))
            return;
        _gpus = gpus;
        State = _vendors.Of(_gpus);
    }

    private void Follow(ImmutableArray<AllocationEntry> entries)
    {
        var present = new HashSet<string>(StringComparer.Ordinal);
        foreach (var entry in entries)
        {
            if (!entry.Units.Any(WatchedContainer.IsWatched))
                continue;
            var key = WatchedContainer.KeyOf(entry);
            present.Add(key);
            _containers.TryAdd(key, new WatchedContainer(entry));
        }

        foreach (var (key, container) in _containers.Where(pair => !present.Contains(pair.Key)).ToList())
        {
            _containers.Remove(key);
            // Its descriptors may be in use by a reading that does not return: they go with it.
            if (!_queue.IsLate(key))
                container.Dispose();
            _report.Forget(subject => subject.StartsWith(key, StringComparison.Ordinal));
        }
    }

    private IEnumerable<Reading> Nvidia(List<HeldUnit> units)
    {
        if (_gpus.ManagementLibrary is { } library)
        {
            foreach (var unit in units)
                yield return new Reading<NvidiaReading>(unit.Name, () => new NvidiaReading(_nvidia.Read(library, unit), null));
        }

        if (units.Count == 0 && _nvidia.IsOpen)
            yield return new Reading<string>("NVIDIA's driver", () =>
            {
                _nvidia.Close();
                return "";
            });
    }

    private Func<ContainerSample?> Sampling(WatchedContainer container)
    {
        var files = Files(container);
        return () => container.Read(files);
    }

    private SampledFiles Files(WatchedContainer container)
    {
        List<Gpu> gpus = [.. container.Units.Select(unit => _gpus.Unit(unit.Name)?.Gpu).OfType<Gpu>()];
        return new SampledFiles(
            _proc, _sys,
            gpus.Any(gpu => gpu.Vendor == GpuVendor.Intel || gpu is { Vendor: GpuVendor.Amd, Partition: null }),
            [.. gpus.Where(gpu => gpu.Vendor == GpuVendor.Amd).Select(_gpus.KfdId).OfType<uint>().Distinct()]);
    }

    private void Act(IReadOnlyList<Reading> results, TimeSpan now)
    {
        var nvidia = new Dictionary<string, NvidiaReading>(StringComparer.Ordinal);
        foreach (var reading in results)
        {
            if (reading is Reading<NvidiaReading> gpu)
                nvidia[gpu.Subject] = gpu.TryResult(out var processes) ? processes : new NvidiaReading(null, gpu.Problem);
        }

        var readings = new PassReadings(_gpus, nvidia);
        var returned = new HashSet<string>(StringComparer.Ordinal);
        foreach (var reading in results.OfType<Reading<ContainerSample>>())
        {
            if (!_containers.TryGetValue(reading.Subject, out var container))
                continue;
            returned.Add(reading.Subject);
            if (reading.TryResult(out var sample))
                Judge(reading.Subject, container, sample, readings, now);
            else if (reading.Problem is { } problem)
                _report.WarnOnce($"{reading.Subject} cgroup", $"What container {container.Name} uses of GPUs is not known, so that its limit does not hold: {problem.TrimEnd('.')}.");
        }

        foreach (var (key, container) in _containers)
        {
            if (!returned.Contains(key))
                _report.WarnOnce($"{key} late", $"What container {container.Name} uses of GPUs is not known at this moment: reading it has not returned after {LongestReading.TotalSeconds:0} seconds.");
        }
    }

    private void Judge(string key, WatchedContainer container, ContainerSample sample, PassReadings readings, TimeSpan now)
    {
        if (container.IsDying(now))
            return;
        foreach (var unit in container.Units)
        {
            var limit = unit.Memory!.EnforcedBytes;
            var use = readings.Use(unit, sample);
            if (use.Against(limit) is null)
                _report.WarnOnce($"{key} {unit.Name}", $"What container {container.Name} uses of {unit.Id} is not known, so that its limit does not hold: {use.Problem?.TrimEnd('.')}.");
            var before = container.PeriodOf(unit);
            var action = before.After(use.Against(limit), limit, TimeSpan.FromSeconds(_configuration.GraceSeconds), now, out var period);
            container.SetPeriod(unit, period);
            switch (action)
            {
                case WatchdogAction.Warn:
                    _report.Warn($"Container {container.Name} uses {use.AtLeastBytes} bytes of {unit.Id}, more than its limit of {MemoryText.Of(limit)}: it is killed in {_configuration.GraceSeconds} seconds unless it falls below.");
                    break;
                case WatchdogAction.Recover:
                    _report.Note($"Container {container.Name} is within its limit of {MemoryText.Of(limit)} of {unit.Id} again.");
                    break;
                case WatchdogAction.Kill when _breach.End(container, unit, pids => readings.Use(unit, sample.Of(pids)).AtLeastBytes, now - period.Since!.Value, now):
                    return;
            }
        }
    }
}

using System.Text.Json;
using GpuRuntime.Core.Monitoring.Samples;

namespace GpuRuntime.Agent.Monitoring.History;

/// <summary>
/// The last hour of every GPU and of every container's use of one, a point for each five seconds. What is kept is bounded: of more containers than
/// there is room for, those that are gone for longest are forgotten first, and those that come while all are there are not kept.
/// </summary>
internal sealed class SampleHistory(TimeProvider clock)
{
    public const int Points = 720;

    private const int MostGpus = 256;
    private const int MostContainerUnits = 1024;

    public static readonly TimeSpan Period = TimeSpan.FromSeconds(5);

    // The calendar and the clock that counts slots part slowly. When they are so far apart somebody has set the calendar.
    private static readonly TimeSpan LargestDrift = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, GpuSeries> _gpus = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Container, string Unit), ContainerSeries> _containers = [];
    private long _slot = -1;
    private DateTimeOffset _firstSlot;

    /// <summary>Called with each sample, by one thread.</summary>
    public void Add(HostSample sample)
    {
        lock (_gate)
        {
            Advance();
            foreach (var gpu in sample.Gpus)
            {
                if (!_gpus.TryGetValue(gpu.Gpu.Id, out var series))
                {
                    if (_gpus.Count >= MostGpus)
                        continue;
                    _gpus[gpu.Gpu.Id] = series = new GpuSeries();
                }

                series.Used = _slot;
                series.Add(gpu);
            }

            foreach (var container in sample.Containers)
            {
                foreach (var unit in container.Units)
                    Of(container.Container.Id, unit.UnitId)?.Add(unit);
            }
        }
    }

    /// <summary>Writes the points, oldest first, in arrays of one length.</summary>
    /// <param name="since">Points after this moment only.</param>
    /// <param name="container">Also the points of the container of this id.</param>
    public void Write(Utf8JsonWriter json, DateTimeOffset? since, string? container)
    {
        lock (_gate)
        {
            var last = _slot - 1;
            var end = _slot < 0 ? clock.GetUtcNow() : _firstSlot + (_slot * Period);
            // Whoever gives the end of an earlier answer gets the points after it, although the calendar has drifted since.
            var count = since is { } moment ? Math.Clamp((long)Math.Ceiling((end - moment - (1.5 * LargestDrift)) / Period), 0, Points) : Points;
            var first = Math.Max(Oldest(), last - count + 1);
            json.WriteStartObject();
            json.WriteNumber("periodSeconds", Period.TotalSeconds);
            json.WriteString("end", end.UtcDateTime);
            json.WriteStartArray("gpus");
            foreach (var (id, series) in _gpus)
            {
                json.WriteStartObject();
                json.WriteString("id", id);
                series.Write(json, first, last);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteStartArray("containers");
            foreach (var ((id, unit), series) in _containers.Where(pair => pair.Key.Container == container).OrderBy(pair => pair.Key.Unit, StringComparer.Ordinal))
            {
                json.WriteStartObject();
                json.WriteString("id", id);
                json.WriteString("unit", unit);
                series.Write(json, first, last);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }
    }

    // Slots are counted on a clock that does not run backwards, whatever the calendar does.
    private TimeSpan Elapsed() => clock.GetElapsedTime(0, clock.GetTimestamp());

    private void Advance()
    {
        var elapsed = Elapsed();
        var firstSlot = clock.GetUtcNow() - elapsed;
        if (_slot < 0 || (firstSlot - _firstSlot).Duration() > LargestDrift)
            _firstSlot = firstSlot;
        var slot = elapsed.Ticks / Period.Ticks;
        if (_slot == slot)
            return;
        if (_slot >= 0)
        {
            End(_gpus);
            End(_containers);
        }

        _slot = slot;
    }

    private void End<TKey, TSeries>(IDictionary<TKey, TSeries> kept)
        where TSeries : KeptSeries
    {
        foreach (var series in kept.Values)
            series.End(_slot);
        foreach (var key in kept.Where(pair => _slot - pair.Value.Used >= Points).Select(pair => pair.Key).ToList())
            kept.Remove(key);
    }

    private long Oldest() => Math.Max(0, _gpus.Count == 0 ? _slot : _gpus.Values.Min(series => series.First));

    private ContainerSeries? Of(string container, string unit)
    {
        if (!_containers.TryGetValue((container, unit), out var series))
        {
            if (_containers.Count >= MostContainerUnits && !ForgetOne())
                return null;
            _containers[(container, unit)] = series = new ContainerSeries();
        }

        series.Used = _slot;
        return series;
    }

    // One that was there a moment ago stays: else each pass of a full host would forget what the pass before began.
    private bool ForgetOne()
    {
        var (key, series) = _containers.MinBy(pair => pair.Value.Used);
        return series.Used < _slot - 1 && _containers.Remove(key);
    }
}

using System.Text.Json;
using GpuRuntime.Core.Monitoring.Samples;

namespace GpuRuntime.Agent.Monitoring.History;

/// <summary>
/// The last hour of every GPU and of every container's use of one, a point for each five seconds. What is kept is bounded: of more containers than
/// there is room for, those that are gone for longest are forgotten first.
/// </summary>
internal sealed class SampleHistory(TimeProvider clock)
{
    public const int Points = 720;

    private const int MostGpus = 256;
    private const int MostContainerUnits = 1024;

    public static readonly TimeSpan Period = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, GpuSeries> _gpus = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Container, string Unit), ContainerSeries> _containers = [];
    private long _slot = -1;

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

                series.Add(gpu);
            }

            foreach (var container in sample.Containers)
            {
                foreach (var unit in container.Units)
                    Of(container.Container.Id, unit.UnitId).Add(unit);
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
            var end = _slot < 0 ? clock.GetUtcNow() : clock.GetUtcNow() - (Elapsed() - (_slot * Period));
            var count = since is { } moment ? Math.Clamp((long)Math.Ceiling((end - moment) / Period), 0, Points) : Points;
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
        var slot = Elapsed().Ticks / Period.Ticks;
        if (_slot == slot)
            return;
        if (_slot >= 0)
        {
            foreach (var series in _gpus.Values)
                series.End(_slot);
            foreach (var series in _containers.Values)
                series.End(_slot);
            foreach (var key in _containers.Where(pair => _slot - pair.Value.Used > Points).Select(pair => pair.Key).ToList())
                _containers.Remove(key);
        }

        _slot = slot;
    }

    private long Oldest() => Math.Max(0, _gpus.Count == 0 ? _slot : _gpus.Values.Min(series => series.First));

    private ContainerSeries Of(string container, string unit)
    {
        if (!_containers.TryGetValue((container, unit), out var series))
        {
            if (_containers.Count >= MostContainerUnits)
                _containers.Remove(_containers.MinBy(pair => pair.Value.Used).Key);
            _containers[(container, unit)] = series = new ContainerSeries();
        }

        series.Used = _slot;
        return series;
    }
}

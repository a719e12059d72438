using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using GpuRuntime.Core.Configuration;
using GpuRuntime.Core.Errors;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Core.Limits;
using GpuRuntime.Linux.Logging;

namespace GpuRuntime.Agent.Watchdog;

/// <summary>
/// What the watchdog tells: events on standard output, a JSON object a line, for programs; warnings for people on standard error; both in the log
/// (<c>log.path</c>).
/// </summary>
internal sealed class WatchdogReport(RuntimeConfiguration configuration)
{
    private const string TimeFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";

    private readonly Lock _gate = new();
    private readonly HashSet<string> _said = new(StringComparer.Ordinal);

    public void Ready(WatchdogState state)
    {
        Event("ready", json =>
        {
            json.WriteStartArray("vendors");
            foreach (var vendor in state.Vendors)
                json.WriteStringValue(vendor.Word());
            json.WriteEndArray();
        });
        RuntimeLog.WatchdogNoted(configuration, $"memory limits are watched on the GPUs of {(state.Vendors.IsEmpty ? "no vendor" : string.Join(", ", state.Vendors.Select(vendor => vendor.DisplayName())))}");
    }

    /// <summary>A container was killed.</summary>
    /// <param name="unit">The GPU, by its id.</param>
    /// <param name="seconds">How long it was above its limit.</param>
    public void LimitExceeded(string container, string unit, long limitBytes, long usedBytes, long seconds)
    {
        Event("memory-limit-exceeded", json =>
        {
            json.WriteString("container", container);
            json.WriteString("unit", unit);
            json.WriteNumber("limitBytes", limitBytes);
            json.WriteNumber("usedBytes", usedBytes);
            json.WriteNumber("seconds", seconds);
        });
        RuntimeLog.LimitExceeded(configuration, container, unit, limitBytes, usedBytes, seconds);
    }

    public void Warn(string warning)
    {
        lock (_gate)
            StandardLines.WriteError($"gpu-runtime-agent: {PrintableText.Of(warning)}");
        RuntimeLog.WatchdogWarned(configuration, warning);
    }

    public void Note(string note)
    {
        lock (_gate)
            StandardLines.WriteError($"gpu-runtime-agent: {PrintableText.Of(note)}");
        RuntimeLog.WatchdogNoted(configuration, note);
    }

    /// <summary>Warns unless it has been said, of this subject, since <see cref="Forget"/>.</summary>
    public void WarnOnce(string subject, string warning)
    {
        bool isNew;
        lock (_gate)
            isNew = _said.Add(subject);
        if (isNew)
            Warn(warning);
    }

    /// <summary>What was said of these subjects is over: it may be said again.</summary>
    public void Forget(Predicate<string> subjects)
    {
        lock (_gate)
            _said.RemoveWhere(subjects);
    }

    private void Event(string name, Action<Utf8JsonWriter> members)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("time", DateTime.UtcNow.ToString(TimeFormat, CultureInfo.InvariantCulture));
            json.WriteString("event", name);
            members(json);
            json.WriteEndObject();
        }

        lock (_gate)
            StandardLines.WriteOutput(Encoding.UTF8.GetString(buffer.WrittenSpan));
    }
}

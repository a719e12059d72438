using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using GpuRuntime.Core.Configuration;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Core.Oci;
using GpuRuntime.Core.Requests;

namespace GpuRuntime.Core.Allocation;

/// <summary>
/// The document of an entry, which <c>gpu-runtime allocations --format json</c> prints too. Amounts in bytes, shares in percent, times in UTC (RFC 3339).
/// </summary>
public static class AllocationJson
{
    /// <summary>The format's version; entries of another are not read.</summary>
    private const int Version = 1;

    /// <summary>Longest name of a file.</summary>
    private const int LongestUnit = 255;

    private const string TimeFormat = "yyyy-MM-dd'T'HH:mm:ss'Z'";

    public static byte[] Format(AllocationEntry entry) => OciJson.Write(json => Write(json, entry));

    public static void Write(Utf8JsonWriter json, AllocationEntry entry)
    {
        json.WriteStartObject();
        json.WriteNumber("version", Version);
        json.WriteString("container", entry.Container);
        if (entry.RuntimeState is { } state)
            json.WriteString("runtimeState", state);
        json.WriteString("bundle", entry.Bundle);
        json.WriteNumber("pid", entry.Process.Pid);
        json.WriteNumber("startTime", entry.Process.StartTime);
        json.WriteString("since", entry.Since.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture));
        json.WriteString("mode", Word(entry.Mode));
        json.WriteStartArray("gpus");
        foreach (var unit in entry.Units)
            Write(json, unit);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <returns><see langword="null"/> for what is no entry of this version.</returns>
    public static AllocationEntry? Parse(byte[] text)
    {
        if (Root(text) is not { IsObject: true } root || root["version"]?.AsInteger() != Version
            || root["container"]?.AsText() is not { Length: > 0 } container
            || root["bundle"]?.AsText() is not { } bundle
            || !IsTextOrAbsent(root["runtimeState"], out var state) || (state is not null && !IsAbsolutePath(state))
            || root["pid"]?.AsInteger() is not (> 0 and <= int.MaxValue and var pid)
            || root["startTime"]?.AsInteger() is not (>= 0 and var start)
            || !DateTimeOffset.TryParseExact(root["since"]?.AsText(), TimeFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var since)
            || RequestGrammar.Sharing(root["mode"]?.AsText()) is not { } mode
            || root["gpus"] is not { IsArray: true } gpus)
            return null;
        var units = ImmutableArray.CreateBuilder<AllocatedUnit>();
        foreach (var gpu in gpus.Children())
        {
            if (Unit(gpu) is not { } unit)
                return null;
            units.Add(unit);
        }

        return new AllocationEntry(container)
        {
            RuntimeState = state,
            Bundle = bundle,
            Process = new ProcessIdentity((int)pid, start),
            Since = since,
            Mode = mode,
            Units = units.ToImmutable(),
        };
    }

    public static string Word(SharingMode mode) => mode == SharingMode.Exclusive ? "exclusive" : "shared";

    private static void Write(Utf8JsonWriter json, AllocatedUnit unit)
    {
        json.WriteStartObject();
        json.WriteString("unit", unit.Name);
        json.WriteString("id", unit.Id);
        json.WriteString("pciAddress", unit.PciAddress.ToString());
        if (unit.Uuid is { } uuid)
            json.WriteString("uuid", uuid);
        if (unit.Memory is { } memory)
        {
            json.WriteStartObject("memory");
            json.WriteNumber("limitBytes", memory.LimitBytes);
            json.WriteNumber("enforcedBytes", memory.EnforcedBytes);
            json.WriteString("tier", memory.Tier.Word());
            json.WriteEndObject();
        }

        if (unit.Compute is { } compute)
        {
            json.WriteStartObject("compute");
            json.WriteNumber("percent", compute.Percent);
            if (compute.EnforcedPercent is { } enforced)
                json.WriteNumber("enforcedPercent", enforced);
            json.WriteString("tier", compute.Tier.Word());
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static JsonValue? Root(byte[] text)
    {
        try
        {
            return JsonTree.Parse(text, "an entry of the ledger").Root;
        }
        catch (Errors.GpuRuntimeException)
        {
            // What somebody else put there; the ledger tells of it by its name.
            return null;
        }
    }

    private static AllocatedUnit? Unit(JsonValue gpu)
    {
        if (gpu["unit"]?.AsText() is not { } name || !IsFileName(name) || gpu["id"]?.AsText() is not { } id
            || PciAddress.Parse(gpu["pciAddress"]?.AsText()) is not { } address || !IsTextOrAbsent(gpu["uuid"], out var uuid))
            return null;
        var unit = new AllocatedUnit(name, id, address) { Uuid = uuid };
        if (gpu["memory"] is { } memory)
        {
            if (memory["limitBytes"]?.AsInteger() is not (> 0 and var limit) || memory["enforcedBytes"]?.AsInteger() is not (> 0 and var enforced) || TierWords.LimitTier(memory["tier"]?.AsText()) is not { } tier)
                return null;
            unit = unit with { Memory = new HeldMemory(limit, enforced, tier) };
        }

        if (gpu["compute"] is { } compute)
        {
            var enforced = compute["enforcedPercent"];
            if (Percent(compute["percent"]) is not { } percent || (enforced is not null && Percent(enforced) is null) || TierWords.ComputeTier(compute["tier"]?.AsText()) is not { } tier)
                return null;
            unit = unit with { Compute = new HeldCompute(percent, Percent(enforced), tier) };
        }

        return unit;
    }

    private static bool IsTextOrAbsent(JsonValue? value, out string? text)
    {
        text = value?.AsText();
        return value is null || text is not null;
    }

    private static int? Percent(JsonValue? value) => value?.AsInteger() is >= 1 and <= 100 and var percent ? (int)percent : null;

    // Both become paths: an entry that somebody else wrote must not lead out of the ledger, nor end a path early.
    private static bool IsFileName(string name) =>
        name.Length is > 0 and <= LongestUnit && name is not ("." or "..") && !name.Contains('/', StringComparison.Ordinal) && !name.AsSpan().ContainsAnyInRange('\0', '\u001f');

    private static bool IsAbsolutePath(string path) => path.StartsWith('/') && !path.Contains('\0', StringComparison.Ordinal);
}

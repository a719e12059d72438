using System.Globalization;
using System.Text.Json.Nodes;

namespace GpuRuntime.EndToEnd.Tests.Page;

/// <summary>Answers of an agent on a large host. Every number is a function of the place in its list.</summary>
internal static class MadeSample
{
    private const long Gibi = 1L << 30;

    private static readonly (string Vendor, string Name, long Memory)[] Models = [("nvidia", "H100 80GB HBM3", 80), ("amd", "Instinct MI300X", 192), ("intel", "Arc B580", 12)];

    public static JsonObject Of(int gpus, int containers) => new()
    {
        ["time"] = "2026-01-01T00:00:00.000Z",
        ["durationSeconds"] = 0.01,
        ["problems"] = new JsonArray(),
        ["gpus"] = new JsonArray([.. Enumerable.Range(0, gpus).Select(Gpu)]),
        ["containers"] = new JsonArray([.. Enumerable.Range(0, containers).Select(index => Container(index, gpus))]),
        ["processes"] = new JsonArray([.. Enumerable.Range(0, containers).Select(index => new JsonObject
        {
            ["pid"] = 1000 + index, ["startTime"] = 1, ["name"] = "python3", ["unit"] = Id(index % gpus), ["memoryBytes"] = index * Gibi / 100, ["types"] = new JsonArray("compute"),
        })]),
    };

    public static JsonObject HistoryOf(JsonObject sample) => new()
    {
        ["periodSeconds"] = 5,
        ["end"] = DateTime.UtcNow.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
        ["gpus"] = new JsonArray([.. sample["gpus"]!.AsArray().Select((gpu, index) => new JsonObject
        {
            ["id"] = (string?)gpu!["id"],
            ["utilizationRatio"] = Points(point => Math.Abs(Math.Sin((point / 60.0) + index))),
            ["memoryUsedBytes"] = Points(point => Math.Round(Math.Abs(Math.Sin((point / 200.0) + index)) * 10) * Gibi),
            ["powerWatts"] = Points(point => 100 + (300 * Math.Abs(Math.Sin((point / 60.0) + index)))),
            ["temperatureCelsius"] = Points(point => 40 + (30 * Math.Abs(Math.Sin((point / 100.0) + index)))),
        })]),
        ["containers"] = new JsonArray(),
    };

    private static string Id(int index) => string.Create(CultureInfo.InvariantCulture, $"{Models[index % Models.Length].Vendor}:{index / Models.Length}");

    private static JsonNode Gpu(int index)
    {
        var (vendor, name, memory) = Models[index % Models.Length];
        var gpu = new JsonObject
        {
            ["id"] = Id(index),
            ["vendor"] = vendor,
            ["index"] = index / Models.Length,
            ["pciAddress"] = $"0000:{index + 16:x2}:00.0",
            ["name"] = name,
            ["driver"] = vendor,
            ["utilizationRatio"] = index % 7 / 7.0,
            ["engines"] = new JsonArray(),
            ["memory"] = new JsonObject { ["totalBytes"] = memory * Gibi, ["usedBytes"] = memory * Gibi / (1 + (index % 5)) },
            ["memoryPools"] = new JsonArray(),
            ["powerWatts"] = 100 + (index * 20),
            ["powerLimitWatts"] = 700,
            ["temperatures"] = new JsonArray(new JsonObject { ["sensor"] = "gpu", ["celsius"] = 40 + index }),
            ["clocks"] = new JsonArray(new JsonObject { ["domain"] = "graphics", ["hertz"] = 1.41e9 }),
            ["fans"] = new JsonArray(),
            ["voltages"] = new JsonArray(),
            ["errors"] = new JsonArray(),
            ["throttling"] = new JsonArray(),
            ["mig"] = new JsonArray(),
            ["failedReadings"] = 0,
            ["health"] = new JsonObject { ["healthy"] = index != 4, ["reasons"] = new JsonArray() },
        };
        if (index == 4)
            gpu["health"]!["reasons"] = new JsonArray(new JsonObject { ["code"] = "uncorrected_errors", ["sentence"] = "3 uncorrected errors since the agent looks. Drain the GPU and reset it." });
        return gpu;
    }

    private static JsonNode Container(int index, int gpus)
    {
        var unit = new JsonObject
        {
            ["id"] = Id(index % gpus),
            ["gpu"] = Id(index % gpus),
            ["granted"] = true,
            ["memoryUsedBytes"] = index * 7919 % 8000 * (1L << 20),
            ["utilizationRatio"] = index % 13 / 13.0,
            ["processes"] = 1,
        };
        if (index % 2 == 1)
            unit["memoryLimit"] = new JsonObject { ["limitBytes"] = 8 * Gibi, ["enforcedBytes"] = 8 * Gibi, ["tier"] = "watchdog" };
        return new JsonObject
        {
            ["id"] = $"{(ulong)(index + 1) * 0x9E3779B97F4A7C15:x16}{new string('0', 48)}",
            ["engine"] = "docker",
            ["name"] = $"job-{index}",
            ["since"] = "2025-12-31T20:00:00.000Z",
            ["mode"] = "shared",
            ["units"] = new JsonArray(unit),
        };
    }

    // With a gap, as after a restart.
    private static JsonArray Points(Func<int, double> value) => new([.. Enumerable.Range(0, 720).Select(point => point is > 300 and < 330 ? null : (JsonNode?)JsonValue.Create(value(point)))]);
}

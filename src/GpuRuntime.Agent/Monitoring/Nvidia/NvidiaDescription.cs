using System.Collections.Immutable;
using GpuRuntime.Agent.Nvml;
using GpuRuntime.Core.Errors;
using GpuRuntime.Core.Inventory;

namespace GpuRuntime.Agent.Monitoring.Nvidia;

/// <summary>What seldom changes about a GPU, and is asked for seldom.</summary>
/// <param name="Gpu">As files describe it, and NVML.</param>
/// <param name="SlowdownCelsius">Where it begins to slow down by hardware.</param>
/// <param name="MemoryCelsius">The same for its memory.</param>
/// <param name="MaxClocks">In hertz, by <see cref="ClockDomains"/>.</param>
internal sealed record NvidiaDescription(
    Gpu Gpu, double? SlowdownCelsius, double? MemoryCelsius, ImmutableArray<double?> MaxClocks, uint FanCount, double? MaxTransfersPerSecond, int? MaxLanes)
{
    public const double Megahertz = 1e6;

    /// <summary>In the order of nvmlClockType_t.</summary>
    public static readonly ImmutableArray<string> ClockDomains = ["graphics", "sm", "memory", "video"];

    // nvmlTemperatureThresholds_t.
    private const uint Slowdown = 1;
    private const uint MemoryMaximum = 2;

    // Transfers a second of PCIe's generations.
    private static readonly ImmutableArray<double> Generations = [2.5e9, 5e9, 8e9, 16e9, 32e9, 64e9, 128e9];

    public static NvidiaDescription Of(NvmlLibrary library, NvmlDevice device, Gpu gpu, NvmlReader reader)
    {
        var sensors = library.Sensors;
        return new NvidiaDescription(
            gpu with
            {
                Name = Printable(reader.AskFor(device.Name)) ?? gpu.Name,
                Uuid = Printable(reader.AskFor(device.Uuid)) ?? gpu.Uuid,
                DriverVersion = library.DriverVersion() ?? gpu.DriverVersion,
            },
            reader.Ask(() => device.Number(sensors.TemperatureThreshold, Slowdown)),
            reader.Ask(() => device.Number(sensors.TemperatureThreshold, MemoryMaximum)),
            [.. ClockDomains.Select((_, domain) => reader.Ask(() => device.Number(sensors.MaxClock, (uint)domain)) * Megahertz)],
            reader.Ask(() => device.Number(sensors.FanCount)) ?? 0,
            Transfers(reader.Ask(() => device.Number(sensors.MaxPcieGeneration))),
            (int?)reader.Ask(() => device.Number(sensors.MaxPcieWidth)));
    }

    /// <returns><see langword="null"/> for a generation that is not known.</returns>
    public static double? Transfers(uint? generation) => generation is >= 1 and var known && known <= Generations.Length ? Generations[(int)known - 1] : null;

    /// <summary>Text of the library's, which is nobody's to trust.</summary>
    public static string? Printable(string? text) => text is { Length: > 0 } ? PrintableText.Of(text) : null;
}

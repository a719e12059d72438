using System.Globalization;
using System.Text;

namespace GpuRuntime.TestHosts;

/// <summary>Writes scenarios of <see cref="StandInManagementLibrary"/>.</summary>
public static class NvmlScenario
{
    public const string Driver = SimulatedNvidiaHostOptions.DefaultDriverVersion;

    /// <summary>One of a driver that serves these GPUs, each of which tells all that a large accelerator does.</summary>
    /// <param name="more">Further lines of a GPU: processes, or values in place of those that are written behind them.</param>
    public static string Of(IEnumerable<SimulatedGpu> gpus, Func<SimulatedGpu, string>? more = null, string driver = Driver)
    {
        var text = new StringBuilder($"driver {driver}\n");
        foreach (var gpu in gpus)
            text.Append(CultureInfo.InvariantCulture, $"{Gpu(gpu.PciAddress)}\n{more?.Invoke(gpu)}\nName {gpu.Name}\nUUID {gpu.Uuid}\n{Values}\n");
        return text.ToString();
    }

    /// <summary>The line that begins a GPU.</summary>
    /// <param name="pciAddress">As sysfs writes it.</param>
    public static string Gpu(string pciAddress) => $"gpu {pciAddress.PadLeft("00000000:00:00.0".Length, '0').ToUpperInvariant()}";

    /// <summary>What each of them tells. The first line of a value counts.</summary>
    public const string Values = """
        UtilizationRates 37 12
        MemoryInfo 85899345920 21474836480 536870912
        BAR1MemoryInfo 137438953472 1048576
        PowerUsage 412345
        EnforcedPowerLimit 700000
        TotalEnergyConsumption 123456789
        EncoderUtilization 1
        DecoderUtilization 2
        JpgUtilization 3
        OfaUtilization 4
        Temperature:0 61
        TemperatureThreshold:0 95
        TemperatureThreshold:1 92
        TemperatureThreshold:2 105
        FieldValues:82 1 73
        FieldValues:197 3 5000000000
        FieldValues:198 3 7000000000
        ClockInfo:0 1755
        ClockInfo:1 1740
        ClockInfo:2 2619
        ClockInfo:3 1545
        MaxClockInfo:0 1980
        MaxClockInfo:1 1980
        MaxClockInfo:2 2619
        MaxClockInfo:3 1845
        NumFans 0
        CurrPcieLinkGeneration 5
        MaxPcieLinkGeneration 5
        CurrPcieLinkWidth 8
        MaxPcieLinkWidth 16
        PcieReplayCounter 6
        TotalEccErrors:0:0 11
        TotalEccErrors:0:1 110
        TotalEccErrors:1:0 0
        TotalEccErrors:1:1 2
        MemoryErrorCounter:0:0:2 10
        MemoryErrorCounter:0:0:7 1
        MemoryErrorCounter:0:1:2 100
        MemoryErrorCounter:0:1:7 10
        MemoryErrorCounter:1:0:2 0
        MemoryErrorCounter:1:0:7 0
        MemoryErrorCounter:1:1:2 2
        MemoryErrorCounter:1:1:7 0
        RemappedRows 3 1 1 0
        CurrentClocksEventReasons 0x44
        SupportedClocksEventReasons 0x1ff
        ViolationStatus:0 1500000000
        ViolationStatus:1 0
        ViolationStatus:2 250000000
        MigMode 0 0
        """;
}

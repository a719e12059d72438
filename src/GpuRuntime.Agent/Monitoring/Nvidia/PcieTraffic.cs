using GpuRuntime.Agent.Nvml;

namespace GpuRuntime.Agent.Monitoring.Nvidia;

/// <summary>
/// What goes over a GPU's link: the difference of two counts of bytes (drivers from r555). A driver that does not count measures, for 20 ms a
/// direction and one GPU at a time: where that takes too long, it is not asked again.
/// </summary>
internal sealed class PcieTraffic(NvmlDevice device, TimeProvider clock)
{
    // A pass waits half a second for all values of a GPU.
    private static readonly TimeSpan LongestMeasurement = TimeSpan.FromMilliseconds(150);

    // NVML's KB are of 1024.
    private const double Kilobyte = 1024;

    // nvmlPcieUtilCounter_t.
    private const uint Transmitted = 0;
    private const uint Received = 1;

    private readonly Count _received = new();
    private readonly Count _transmitted = new();
    private bool _isTooSlow;

    /// <summary>Bytes a second, into the GPU and out of it.</summary>
    public (double? Received, double? Transmitted) Read(NvmlSensorFunctions sensors, NvmlReader reader, TimeSpan now) =>
        (Read(_received, NvmlFieldValue.PcieReceivedBytes, Received, sensors, reader, now), Read(_transmitted, NvmlFieldValue.PcieTransmittedBytes, Transmitted, sensors, reader, now));

    private double? Read(Count count, uint field, uint counter, NvmlSensorFunctions sensors, NvmlReader reader, TimeSpan now) =>
        reader.Ask(() => device.Field(field)) is { } bytes ? count.Rate(bytes, now) : Measure(counter, sensors, reader) * Kilobyte;

    private uint? Measure(uint counter, NvmlSensorFunctions sensors, NvmlReader reader)
    {
        if (_isTooSlow)
            return null;
        var began = clock.GetTimestamp();
        var measured = reader.Ask(() => device.Number(sensors.PcieThroughput, counter));
        _isTooSlow = clock.GetElapsedTime(began) > LongestMeasurement;
        return measured;
    }

    private sealed class Count
    {
        private ulong? _bytes;
        private TimeSpan _time;

        /// <returns><see langword="null"/> the first time, and when the count began anew: it wraps.</returns>
        public double? Rate(ulong bytes, TimeSpan now)
        {
            var rate = _bytes is { } before && bytes >= before && now > _time ? (bytes - before) / (now - _time).TotalSeconds : (double?)null;
            (_bytes, _time) = (bytes, now);
            return rate;
        }
    }
}

using System.Collections.Immutable;
using GpuRuntime.Agent.Nvml;
using GpuRuntime.Core.Allocation;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Core.Monitoring.Samples;

namespace GpuRuntime.Agent.Monitoring.Nvidia;

/// <summary>Reads one GPU by NVML. A value that fails leaves the others; one that is lost, or must be reset, tells of its XIDs alone.</summary>
/// <param name="units">The GPU's MIG devices, or itself.</param>
/// <param name="xidProblem">Why its XIDs cannot be told, where they could be.</param>
internal sealed class NvidiaSensors(
    Gpu gpu, IReadOnlyList<HeldUnit> units, NvmlSession session, NvmlDevice device, PcieTraffic traffic, Func<XidErrors?> xids, string? xidProblem) : IGpuSensors
{
    private const double Percent = 100;

    private static readonly TimeSpan TimeBetweenDescriptions = TimeSpan.FromMinutes(1);

    private readonly NvidiaProcessUse _processes = new(device);
    private NvidiaDescription? _description;
    private TimeSpan _described;
    private NvmlReader _reader = new();

    public GpuSample Read(TimeSpan now)
    {
        session.Look(now);
        try
        {
            return ReadAll(now);
        }
        catch (GpuFaultException exception)
        {
            return GpuSample.Unread(_description?.Gpu ?? gpu, exception.Message) with { Xids = xids(), Fault = exception.Fault };
        }
        catch (NvmlException)
        {
            // The reader lets through what no GPU is the cause of.
            session.End();
            throw;
        }
    }

    public void Dispose()
    {
    }

    private GpuSample ReadAll(TimeSpan now)
    {
        var library = session.Library;
        _reader = new NvmlReader();
        if (_description is null || now - _described >= TimeBetweenDescriptions)
            (_description, _described) = (NvidiaDescription.Of(library, device, gpu, _reader), now);
        var description = _description;
        var sensors = library.Sensors;
        var utilization = _reader.Ask(() => device.Utilization());
        var memory = _reader.AskFor(device.Memory);
        var bar1 = _reader.Ask(() => device.Bar1Memory());
        var migs = NvidiaMigDevices.Read(device, sensors, units, _reader);
        if (xidProblem is not null)
            _reader.Tell(xidProblem);
        return new GpuSample(description.Gpu with { MemoryBytes = NvmlReader.Signed(memory?.Total) ?? description.Gpu.MemoryBytes })
        {
            UtilizationRatio = utilization?.Gpu / Percent,
            MemoryActivityRatio = utilization?.Memory / Percent,
            Engines = Engines(sensors),
            MemoryTotalBytes = NvmlReader.Signed(memory?.Total),
            MemoryUsedBytes = NvmlReader.Signed(memory?.Used),
            MemoryReservedBytes = NvmlReader.Signed(memory?.Reserved),
            MemoryPools = bar1 is { } bar ? [new MemoryPool("bar1", NvmlReader.Signed(bar.Total), NvmlReader.Signed(bar.Used))] : [],
            PowerWatts = _reader.Ask(() => device.Number(sensors.PowerUsage)) / 1000.0,
            PowerLimitWatts = _reader.Ask(() => device.Number(sensors.PowerLimit)) / 1000.0,
            EnergyJoules = _reader.Ask(() => device.Energy()) / 1000.0,
            Temperatures = Temperatures(description),
            Clocks = Clocks(sensors, description),
            Fans = Fans(sensors, description),
            Pcie = Pcie(sensors, description, now),
            Errors = NvidiaErrors.Of(device, _reader),
            Xids = xids(),
            Repairs = NvidiaErrors.Repairs(device, _reader),
            Throttling = NvidiaThrottling.Of(device, _reader),
            MigDevices = migs?.Samples ?? [],
            Processes = migs?.Processes ?? _processes.Read(gpu.Id, _reader),
            HasUnknownProcesses = _reader.HasMissedProcesses,
            Problem = _reader.Problem,
        };
    }

    private ImmutableArray<EngineActivity> Engines(NvmlSensorFunctions sensors)
    {
        var engines = ImmutableArray.CreateBuilder<EngineActivity>();
        Add("encoder", sensors.Encoder);
        Add("decoder", sensors.Decoder);
        Add("jpeg", sensors.Jpeg);
        Add("optical_flow", sensors.OpticalFlow);
        return engines.ToImmutable();

        void Add(string name, NvmlEngine engine)
        {
            if (_reader.Ask(() => device.Busy(engine)) is { } percent)
                engines.Add(new EngineActivity(name, percent / Percent));
        }
    }

    private ImmutableArray<Temperature> Temperatures(NvidiaDescription description)
    {
        var temperatures = ImmutableArray.CreateBuilder<Temperature>();
        if (_reader.Ask(() => device.Temperature()) is { } degrees)
            temperatures.Add(new Temperature("gpu", degrees, description.SlowdownCelsius));
        if (_reader.Ask(() => device.MemoryTemperature()) is { } memory)
            temperatures.Add(new Temperature("memory", memory, description.MemoryCelsius));
        return temperatures.ToImmutable();
    }

    private ImmutableArray<Clock> Clocks(NvmlSensorFunctions sensors, NvidiaDescription description)
    {
        var clocks = ImmutableArray.CreateBuilder<Clock>();
        for (uint domain = 0; domain < NvidiaDescription.ClockDomains.Length; domain++)
        {
            var current = domain;
            if (_reader.Ask(() => device.Number(sensors.Clock, current)) is { } megahertz)
                clocks.Add(new Clock(NvidiaDescription.ClockDomains[(int)domain], megahertz * NvidiaDescription.Megahertz, description.MaxClocks[(int)domain]));
        }

        return clocks.ToImmutable();
    }

    private ImmutableArray<Fan> Fans(NvmlSensorFunctions sensors, NvidiaDescription description)
    {
        var fans = ImmutableArray.CreateBuilder<Fan>();
        for (uint fan = 0; fan < description.FanCount; fan++)
        {
            var current = fan;
            var (rpm, percent) = (_reader.Ask(() => device.FanRpm(current)), _reader.Ask(() => device.Number(sensors.FanPercent, current)));
            if (rpm is not null || percent is not null)
                fans.Add(new Fan((int)fan, rpm, percent / Percent));
        }

        return fans.ToImmutable();
    }

    private PcieLink? Pcie(NvmlSensorFunctions sensors, NvidiaDescription description, TimeSpan now)
    {
        var (received, transmitted) = traffic.Read(sensors, _reader, now);
        var link = new PcieLink
        {
            TransfersPerSecond = NvidiaDescription.Transfers(_reader.Ask(() => device.Number(sensors.PcieGeneration))),
            MaxTransfersPerSecond = description.MaxTransfersPerSecond,
            Lanes = (int?)_reader.Ask(() => device.Number(sensors.PcieWidth)),
            MaxLanes = description.MaxLanes,
            ReceivedBytesPerSecond = received,
            TransmittedBytesPerSecond = transmitted,
            Replays = _reader.Ask(() => device.Number(sensors.PcieReplays)),
        };
        return link == new PcieLink() ? null : link;
    }
}

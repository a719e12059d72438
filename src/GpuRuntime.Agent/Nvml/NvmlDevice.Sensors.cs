namespace GpuRuntime.Agent.Nvml;

internal sealed unsafe partial class NvmlDevice
{
    // NVML_TEMPERATURE_GPU.
    private const uint GpuSensor = 0;
    private const uint FewProcessSamples = 64;
    private const uint MostProcessSamples = 1 << 16;

    private NvmlSensorFunctions Sensors => _library.Sensors;

    /// <summary>Percent of the last sample period, of the processors and of the memory.</summary>
    public (uint Gpu, uint Memory)? Utilization()
    {
        using var use = _library.Use();
        var rates = default(NvmlUtilization);
        return Has(Sensors.Utilization == null ? NvmlStatus.FunctionNotFound : Sensors.Utilization(_device, &rates), "nvmlDeviceGetUtilizationRates") ? (rates.Gpu, rates.Memory) : null;
    }

    /// <summary>Memory that the processor reaches through the bus; bytes.</summary>
    public (ulong Total, ulong Used)? Bar1Memory()
    {
        using var use = _library.Use();
        var memory = default(NvmlBar1Memory);
        return Has(Sensors.Bar1Memory == null ? NvmlStatus.FunctionNotFound : Sensors.Bar1Memory(_device, &memory), "nvmlDeviceGetBAR1MemoryInfo") ? (memory.Total, memory.Used) : null;
    }

    /// <summary>Since the driver was loaded; millijoules.</summary>
    public ulong? Energy()
    {
        using var use = _library.Use();
        ulong energy = 0;
        return Has(Sensors.Energy == null ? NvmlStatus.FunctionNotFound : Sensors.Energy(_device, &energy), "nvmlDeviceGetTotalEnergyConsumption") ? energy : null;
    }

    public uint? Number(NvmlNumber number)
    {
        using var use = _library.Use();
        return Has(number.Read(_device, out var value), number.Name) ? value : null;
    }

    public uint? Number(NvmlItemNumber number, uint item)
    {
        using var use = _library.Use();
        var status = number.Read(_device, item, out var value);
        // What an older library does not know of is what this GPU does not tell.
        return status != NvmlStatus.InvalidArgument && Has(status, number.Name) ? value : null;
    }

    /// <summary>Percent.</summary>
    public uint? Busy(NvmlEngine engine)
    {
        using var use = _library.Use();
        return Has(engine.Read(_device, out var percent), engine.Name) ? percent : null;
    }

    /// <summary>Degrees Celsius.</summary>
    public uint? Temperature() => Number(Sensors.Temperature, GpuSensor);

    /// <summary>Degrees Celsius. A GPU whose memory has no sensor may say 0.</summary>
    public uint? MemoryTemperature() => Field(NvmlFieldValue.MemoryTemperature) is > 0 and <= uint.MaxValue and var degrees ? (uint)degrees : null;

    /// <summary>A number that has no call of its own; <see langword="null"/> also for one that this library does not know of.</summary>
    public ulong? Field(uint id)
    {
        using var use = _library.Use();
        var field = new NvmlFieldValue { FieldId = id };
        if (!Has(Sensors.FieldValues == null ? NvmlStatus.FunctionNotFound : Sensors.FieldValues(_device, 1, &field), "nvmlDeviceGetFieldValues")
            || field.Status == NvmlStatus.InvalidArgument || !Has(field.Status, $"nvmlDeviceGetFieldValues of {id}"))
            return null;
        return field.ValueType switch
        {
            NvmlFieldValue.UnsignedInt => (uint)field.Value,
            NvmlFieldValue.UnsignedLong or NvmlFieldValue.UnsignedLongLong => field.Value,
            _ => null,
        };
    }

    /// <summary>Revolutions a minute.</summary>
    public uint? FanRpm(uint fan)
    {
        using var use = _library.Use();
        var speed = new NvmlFanSpeed { Version = NvmlFanSpeed.CurrentVersion, Fan = fan };
        return Has(Sensors.FanRpm == null ? NvmlStatus.FunctionNotFound : Sensors.FanRpm(_device, &speed), "nvmlDeviceGetFanSpeedRPM") ? speed.Rpm : null;
    }

    /// <param name="kind">0 corrected, 1 uncorrected.</param>
    /// <param name="counter">0 since the driver was loaded, 1 over the GPU's life.</param>
    public ulong? EccErrors(uint kind, uint counter)
    {
        using var use = _library.Use();
        ulong count = 0;
        return Has(Sensors.EccErrors == null ? NvmlStatus.FunctionNotFound : Sensors.EccErrors(_device, kind, counter, &count), "nvmlDeviceGetTotalEccErrors") ? count : null;
    }

    /// <summary>The same of one kind of memory.</summary>
    /// <param name="location">nvmlMemoryLocation_t.</param>
    public ulong? EccErrors(uint kind, uint counter, uint location)
    {
        using var use = _library.Use();
        ulong count = 0;
        var status = Sensors.LocatedEccErrors == null ? NvmlStatus.FunctionNotFound : Sensors.LocatedEccErrors(_device, kind, counter, location, &count);
        return status != NvmlStatus.InvalidArgument && Has(status, "nvmlDeviceGetMemoryErrorCounter") ? count : null;
    }

    public (uint Corrected, uint Uncorrected, bool IsPending, bool HasFailed)? RemappedRows()
    {
        using var use = _library.Use();
        uint corrected = 0, uncorrected = 0, pending = 0, failed = 0;
        return Has(Sensors.RemappedRows == null ? NvmlStatus.FunctionNotFound : Sensors.RemappedRows(_device, &corrected, &uncorrected, &pending, &failed), "nvmlDeviceGetRemappedRows")
            ? (corrected, uncorrected, pending != 0, failed != 0)
            : null;
    }

    /// <param name="cause">0 many corrected errors, 1 an uncorrected one.</param>
    public uint? RetiredPages(uint cause)
    {
        using var use = _library.Use();
        uint count = 0;
        var status = Sensors.RetiredPages == null ? NvmlStatus.FunctionNotFound : Sensors.RetiredPages(_device, cause, &count, null);
        // Their addresses, for which there is no room, are of no use here.
        return status == NvmlStatus.InsufficientSize || Has(status, "nvmlDeviceGetRetiredPages") ? count : null;
    }

    /// <summary>The reasons that hold, and those that can: bits of nvmlClocksEventReasons.</summary>
    public (ulong Active, ulong Supported)? ClockReasons()
    {
        using var use = _library.Use();
        ulong active = 0, supported = 0;
        return Has(Sensors.Reasons == null ? NvmlStatus.FunctionNotFound : Sensors.Reasons(_device, &active), "nvmlDeviceGetCurrentClocksEventReasons")
            ? (active, Has(Sensors.SupportedReasons == null ? NvmlStatus.FunctionNotFound : Sensors.SupportedReasons(_device, &supported), "nvmlDeviceGetSupportedClocksEventReasons") ? supported : ulong.MaxValue)
            : null;
    }

    /// <summary>How long the GPU was slowed for a reason (nvmlPerfPolicyType_t); nanoseconds.</summary>
    public ulong? ViolationTime(uint policy)
    {
        using var use = _library.Use();
        var time = default(NvmlViolationTime);
        var status = Sensors.Violation == null ? NvmlStatus.FunctionNotFound : Sensors.Violation(_device, policy, &time);
        return status != NvmlStatus.InvalidArgument && Has(status, "nvmlDeviceGetViolationStatus") ? time.Violation : null;
    }

    /// <summary>Samples of how busy processes kept the processors, newer than a moment.</summary>
    /// <param name="since">Microseconds since 1970, of the newest sample that was seen.</param>
    /// <returns>Empty when no process was busy.</returns>
    public NvmlProcessSample[]? ProcessSamples(ulong since)
    {
        using var use = _library.Use();
        if (Sensors.ProcessUtilization == null)
            return null;
        for (var room = FewProcessSamples; ; room *= 4)
        {
            var samples = new NvmlProcessSample[room];
            var count = room;
            NvmlStatus status;
            fixed (NvmlProcessSample* first = samples)
                status = Sensors.ProcessUtilization(_device, first, &count, since);
            if (status == NvmlStatus.InsufficientSize && room < MostProcessSamples)
                continue;
            return status == NvmlStatus.NotFound ? [] : Has(status, "nvmlDeviceGetProcessUtilization") ? samples[..(int)Math.Min(count, room)] : null;
        }
    }

    /// <summary>A MIG device of a GPU in MIG mode.</summary>
    /// <param name="place">Of as many as the GPU has room for.</param>
    /// <returns><see langword="null"/> for a place that nothing is at.</returns>
    public NvmlDevice? MigDevice(uint place)
    {
        using var use = _library.Use();
        nint device = 0;
        var status = Sensors.MigDevice == null ? NvmlStatus.FunctionNotFound : Sensors.MigDevice(_device, place, &device);
        return status != NvmlStatus.NotFound && Has(status, "nvmlDeviceGetMigDeviceHandleByIndex") ? new NvmlDevice(_library, _functions, device) : null;
    }

    /// <summary>What events name it by.</summary>
    internal nint Handle => _device;
}

namespace GpuRuntime.Agent.Nvml;

/// <summary>The functions by which NVML tells how a GPU is. One that the library does not have is <see langword="null"/>.</summary>
internal sealed unsafe class NvmlSensorFunctions(nint library)
{
    public readonly delegate* unmanaged<nint, NvmlUtilization*, NvmlStatus> Utilization = (delegate* unmanaged<nint, NvmlUtilization*, NvmlStatus>)NvmlFunctions.Find(library, "nvmlDeviceGetUtilizationRates");
    public readonly delegate* unmanaged<nint, NvmlBar1Memory*, NvmlStatus> Bar1Memory = (delegate* unmanaged<nint, NvmlBar1Memory*, NvmlStatus>)NvmlFunctions.Find(library, "nvmlDeviceGetBAR1MemoryInfo");
    public readonly delegate* unmanaged<nint, ulong*, NvmlStatus> Energy = (delegate* unmanaged<nint, ulong*, NvmlStatus>)NvmlFunctions.Find(library, "nvmlDeviceGetTotalEnergyConsumption");
    public readonly delegate* unmanaged<nint, uint, uint, ulong*, NvmlStatus> EccErrors = (delegate* unmanaged<nint, uint, uint, ulong*, NvmlStatus>)NvmlFunctions.Find(library, "nvmlDeviceGetTotalEccErrors");
    public readonly delegate* unmanaged<nint, uint, uint, uint, ulong*, NvmlStatus> LocatedEccErrors = (delegate* unmanaged<nint, uint, uint, uint, ulong*, NvmlStatus>)NvmlFunctions.Find(library, "nvmlDeviceGetMemoryErrorCounter");
    public readonly delegate* unmanaged<nint, uint*, uint*, uint*, uint*, NvmlStatus> RemappedRows = (delegate* unmanaged<nint, uint*, uint*, uint*, uint*, NvmlStatus>)NvmlFunctions.Find(library, "nvmlDeviceGetRemappedRows");
    public readonly delegate* unmanaged<nint, uint, uint*, ulong*, NvmlStatus> RetiredPages = (delegate* unmanaged<nint, uint, uint*, ulong*, NvmlStatus>)NvmlFunctions.Find(library, "nvmlDeviceGetRetiredPages");
    public readonly delegate* unmanaged<nint, uint, NvmlViolationTime*, NvmlStatus> Violation = (delegate* unmanaged<nint, uint, NvmlViolationTime*, NvmlStatus>)NvmlFunctions.Find(library, "nvmlDeviceGetViolationStatus");
    public readonly delegate* unmanaged<nint, int, NvmlFieldValue*, NvmlStatus> FieldValues = (delegate* unmanaged<nint, int, NvmlFieldValue*, NvmlStatus>)NvmlFunctions.Find(library, "nvmlDeviceGetFieldValues");
    public readonly delegate* unmanaged<nint, NvmlFanSpeed*, NvmlStatus> FanRpm = (delegate* unmanaged<nint, NvmlFanSpeed*, NvmlStatus>)NvmlFunctions.Find(library, "nvmlDeviceGetFanSpeedRPM");
    public readonly delegate* unmanaged<nint, NvmlProcessSample*, uint*, ulong, NvmlStatus> ProcessUtilization = (delegate* unmanaged<nint, NvmlProcessSample*, uint*, ulong, NvmlStatus>)NvmlFunctions.Find(library, "nvmlDeviceGetProcessUtilization");
    public readonly delegate* unmanaged<nint, uint, nint*, NvmlStatus> MigDevice = (delegate* unmanaged<nint, uint, nint*, NvmlStatus>)NvmlFunctions.Find(library, "nvmlDeviceGetMigDeviceHandleByIndex");
    public readonly delegate* unmanaged<byte*, uint, NvmlStatus> DriverVersion = (delegate* unmanaged<byte*, uint, NvmlStatus>)NvmlFunctions.Find(library, "nvmlSystemGetDriverVersion");

    /// <summary>Bits of reasons: newer libraries have the first name.</summary>
    public readonly delegate* unmanaged<nint, ulong*, NvmlStatus> Reasons = (delegate* unmanaged<nint, ulong*, NvmlStatus>)Either(library, "nvmlDeviceGetCurrentClocksEventReasons", "nvmlDeviceGetCurrentClocksThrottleReasons");
    public readonly delegate* unmanaged<nint, ulong*, NvmlStatus> SupportedReasons = (delegate* unmanaged<nint, ulong*, NvmlStatus>)Either(library, "nvmlDeviceGetSupportedClocksEventReasons", "nvmlDeviceGetSupportedClocksThrottleReasons");

    public readonly delegate* unmanaged<nint*, NvmlStatus> CreateEvents = (delegate* unmanaged<nint*, NvmlStatus>)NvmlFunctions.Find(library, "nvmlEventSetCreate");
    public readonly delegate* unmanaged<nint, ulong, nint, NvmlStatus> RegisterEvents = (delegate* unmanaged<nint, ulong, nint, NvmlStatus>)NvmlFunctions.Find(library, "nvmlDeviceRegisterEvents");
    public readonly delegate* unmanaged<nint, NvmlEventData*, uint, NvmlStatus> WaitForEvents = (delegate* unmanaged<nint, NvmlEventData*, uint, NvmlStatus>)NvmlFunctions.Find(library, "nvmlEventSetWait_v2");
    public readonly delegate* unmanaged<nint, NvmlStatus> FreeEvents = (delegate* unmanaged<nint, NvmlStatus>)NvmlFunctions.Find(library, "nvmlEventSetFree");

    /// <summary>Calls that give one number.</summary>
    public readonly NvmlNumber PowerUsage = new(library, "nvmlDeviceGetPowerUsage");
    public readonly NvmlNumber PowerLimit = new(library, "nvmlDeviceGetEnforcedPowerLimit");
    public readonly NvmlNumber FanCount = new(library, "nvmlDeviceGetNumFans");
    public readonly NvmlNumber PcieGeneration = new(library, "nvmlDeviceGetCurrPcieLinkGeneration");
    public readonly NvmlNumber MaxPcieGeneration = new(library, "nvmlDeviceGetMaxPcieLinkGeneration");
    public readonly NvmlNumber PcieWidth = new(library, "nvmlDeviceGetCurrPcieLinkWidth");
    public readonly NvmlNumber MaxPcieWidth = new(library, "nvmlDeviceGetMaxPcieLinkWidth");
    public readonly NvmlNumber PcieReplays = new(library, "nvmlDeviceGetPcieReplayCounter");
    public readonly NvmlNumber MaxMigDevices = new(library, "nvmlDeviceGetMaxMigDeviceCount");
    public readonly NvmlNumber GpuInstance = new(library, "nvmlDeviceGetGpuInstanceId");
    public readonly NvmlNumber ComputeInstance = new(library, "nvmlDeviceGetComputeInstanceId");

    /// <summary>Calls that give one number for an item of an enumeration.</summary>
    public readonly NvmlItemNumber Temperature = new(library, "nvmlDeviceGetTemperature");
    public readonly NvmlItemNumber TemperatureThreshold = new(library, "nvmlDeviceGetTemperatureThreshold");
    public readonly NvmlItemNumber Clock = new(library, "nvmlDeviceGetClockInfo");
    public readonly NvmlItemNumber MaxClock = new(library, "nvmlDeviceGetMaxClockInfo");
    public readonly NvmlItemNumber FanPercent = new(library, "nvmlDeviceGetFanSpeed_v2");
    public readonly NvmlItemNumber PcieThroughput = new(library, "nvmlDeviceGetPcieThroughput");

    /// <summary>Calls that give a percentage and the period that it is of, in microseconds.</summary>
    public readonly NvmlEngine Encoder = new(library, "nvmlDeviceGetEncoderUtilization");
    public readonly NvmlEngine Decoder = new(library, "nvmlDeviceGetDecoderUtilization");
    public readonly NvmlEngine Jpeg = new(library, "nvmlDeviceGetJpgUtilization");
    public readonly NvmlEngine OpticalFlow = new(library, "nvmlDeviceGetOfaUtilization");

    private static nint Either(nint library, string name, string olderName) =>
        NvmlFunctions.Find(library, name) is not 0 and var function ? function : NvmlFunctions.Find(library, olderName);
}

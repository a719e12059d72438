namespace GpuRuntime.Agent.Nvml;

// Layouts of nvml.h. Fields have the alignment of C on 64 bits, which is C#'s for these types.

/// <summary>nvmlPciInfo_t of nvmlDeviceGetPciInfo_v3: 68 bytes.</summary>
internal unsafe struct NvmlPciInfo
{
    public const int BusIdLength = 32;

    public fixed byte LegacyBusId[16];
    public uint Domain;
    public uint Bus;
    public uint Device;
    public uint DeviceId;
    public uint SubsystemId;
    public fixed byte BusId[BusIdLength];
}

/// <summary>nvmlMemory_t: 24 bytes.</summary>
internal struct NvmlMemoryInfo
{
    public ulong Total;
    public ulong Free;
    public ulong Used;
}

/// <summary>nvmlMemory_v2_t: 40 bytes. Its version field says its size, and 2 in the highest byte.</summary>
internal struct NvmlMemoryInfo2
{
    public const uint CurrentVersion = (2 << 24) | 40;

    public uint Version;
    public ulong Total;
    public ulong Reserved;
    public ulong Free;
    public ulong Used;
}

/// <summary>nvmlMemoryLimits of nvmlDeviceSetMemoryLimits_v1: 24 bytes.</summary>
internal unsafe struct NvmlNewLimits
{
    public byte* NameSpace;
    public ulong Soft;
    public ulong Hard;
}

/// <summary>The structure of nvmlDeviceGetMemoryLimits_v1: 32 bytes.</summary>
internal unsafe struct NvmlCurrentLimits
{
    public byte* NameSpace;
    public ulong Soft;
    public ulong Hard;
    public ulong Used;
}

/// <summary>nvmlUtilization_t: percent of the last sample period.</summary>
internal struct NvmlUtilization
{
    public uint Gpu;
    public uint Memory;
}

/// <summary>nvmlBAR1Memory_t: bytes.</summary>
internal struct NvmlBar1Memory
{
    public ulong Total;
    public ulong Free;
    public ulong Used;
}

/// <summary>nvmlFieldValue_t: 40 bytes.</summary>
internal struct NvmlFieldValue
{
    /// <summary>NVML_FI_DEV_MEMORY_TEMP: degrees Celsius.</summary>
    public const uint MemoryTemperature = 82;

    /// <summary>NVML_FI_DEV_PCIE_COUNT_TX_BYTES: out of the GPU, since some moment.</summary>
    public const uint PcieTransmittedBytes = 197;

    /// <summary>NVML_FI_DEV_PCIE_COUNT_RX_BYTES: into the GPU, since some moment.</summary>
    public const uint PcieReceivedBytes = 198;

    // nvmlValueType_t.
    public const uint UnsignedInt = 1;
    public const uint UnsignedLong = 2;
    public const uint UnsignedLongLong = 3;

    public uint FieldId;
    public uint ScopeId;
    public long Timestamp;
    public long LatencyMicroseconds;
    public uint ValueType;
    public NvmlStatus Status;
    public ulong Value;
}

/// <summary>nvmlFanSpeedInfo_v1_t.</summary>
internal struct NvmlFanSpeed
{
    public const uint CurrentVersion = (1 << 24) | 12;

    public uint Version;
    public uint Fan;
    public uint Rpm;
}

/// <summary>nvmlViolationTime_t: nanoseconds.</summary>
internal struct NvmlViolationTime
{
    public ulong Reference;
    public ulong Violation;
}

/// <summary>nvmlProcessUtilizationSample_t: 32 bytes; the time is in microseconds since 1970, the rest in percent.</summary>
internal struct NvmlProcessSample
{
    public uint Pid;
    public ulong Timestamp;
    public uint Sm;
    public uint Memory;
    public uint Encoder;
    public uint Decoder;
}

/// <summary>nvmlEventData_t.</summary>
internal struct NvmlEventData
{
    public nint Device;
    public ulong Type;
    public ulong Data;
    public uint GpuInstance;
    public uint ComputeInstance;
}

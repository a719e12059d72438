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

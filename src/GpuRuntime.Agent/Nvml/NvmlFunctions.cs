using System.Runtime.InteropServices;
using GpuRuntime.Core.Limits;

namespace GpuRuntime.Agent.Nvml;

/// <summary>The functions of a loaded NVML, by name. One that the library does not have is <see langword="null"/>: later drivers have more, and none is asked for its version.</summary>
internal sealed unsafe class NvmlFunctions(nint library)
{
    public const string SetMemoryLimitsName = NvidiaMemoryLimit.Symbol;
    public const string GetMemoryLimitsName = "nvmlDeviceGetMemoryLimits_v1";

    public readonly delegate* unmanaged<NvmlStatus> Init = (delegate* unmanaged<NvmlStatus>)Find(library, "nvmlInit_v2");
    public readonly delegate* unmanaged<NvmlStatus> Shutdown = (delegate* unmanaged<NvmlStatus>)Find(library, "nvmlShutdown");
    public readonly delegate* unmanaged<NvmlStatus, byte*> ErrorString = (delegate* unmanaged<NvmlStatus, byte*>)Find(library, "nvmlErrorString");
    public readonly delegate* unmanaged<uint*, NvmlStatus> DeviceCount = (delegate* unmanaged<uint*, NvmlStatus>)Find(library, "nvmlDeviceGetCount_v2");
    public readonly delegate* unmanaged<uint, nint*, NvmlStatus> DeviceByIndex = (delegate* unmanaged<uint, nint*, NvmlStatus>)Find(library, "nvmlDeviceGetHandleByIndex_v2");
    public readonly delegate* unmanaged<byte*, nint*, NvmlStatus> DeviceByPciBusId = (delegate* unmanaged<byte*, nint*, NvmlStatus>)Find(library, "nvmlDeviceGetHandleByPciBusId_v2");
    public readonly delegate* unmanaged<byte*, nint*, NvmlStatus> DeviceByUuid = (delegate* unmanaged<byte*, nint*, NvmlStatus>)Find(library, "nvmlDeviceGetHandleByUUID");
    public readonly delegate* unmanaged<nint, byte*, uint, NvmlStatus> Name = (delegate* unmanaged<nint, byte*, uint, NvmlStatus>)Find(library, "nvmlDeviceGetName");
    public readonly delegate* unmanaged<nint, byte*, uint, NvmlStatus> Uuid = (delegate* unmanaged<nint, byte*, uint, NvmlStatus>)Find(library, "nvmlDeviceGetUUID");
    public readonly delegate* unmanaged<nint, NvmlPciInfo*, NvmlStatus> PciInfo = (delegate* unmanaged<nint, NvmlPciInfo*, NvmlStatus>)Find(library, "nvmlDeviceGetPciInfo_v3");
    public readonly delegate* unmanaged<nint, NvmlMemoryInfo*, NvmlStatus> MemoryInfo = (delegate* unmanaged<nint, NvmlMemoryInfo*, NvmlStatus>)Find(library, "nvmlDeviceGetMemoryInfo");
    public readonly delegate* unmanaged<nint, NvmlMemoryInfo2*, NvmlStatus> MemoryInfo2 = (delegate* unmanaged<nint, NvmlMemoryInfo2*, NvmlStatus>)Find(library, "nvmlDeviceGetMemoryInfo_v2");
    public readonly delegate* unmanaged<nint, uint*, uint*, NvmlStatus> MigMode = (delegate* unmanaged<nint, uint*, uint*, NvmlStatus>)Find(library, "nvmlDeviceGetMigMode");
    public readonly delegate* unmanaged<nint, NvmlNewLimits*, NvmlStatus> SetMemoryLimits = (delegate* unmanaged<nint, NvmlNewLimits*, NvmlStatus>)Find(library, SetMemoryLimitsName);
    public readonly delegate* unmanaged<nint, NvmlCurrentLimits*, NvmlStatus> GetMemoryLimits = (delegate* unmanaged<nint, NvmlCurrentLimits*, NvmlStatus>)Find(library, GetMemoryLimitsName);

    /// <summary>Lists of processes: of compute and of graphics contexts, each by the latest version of its call that there is.</summary>
    public readonly NvmlProcessList Compute = NvmlProcessList.Find(library, "nvmlDeviceGetComputeRunningProcesses");
    public readonly NvmlProcessList Graphics = NvmlProcessList.Find(library, "nvmlDeviceGetGraphicsRunningProcesses");

    public static nint Find(nint library, string name) => NativeLibrary.TryGetExport(library, name, out var address) ? address : 0;
}

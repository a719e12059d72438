using GpuRuntime.Core.Edits;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Core.Limits;
using GpuRuntime.Core.Requests;

namespace GpuRuntime.Fuzz.Tests.Targets;

/// <summary>Edits that touch every member of config.json that edits can touch.</summary>
internal static class SampleEdits
{
    public static ContainerEdits All { get; } = new()
    {
        Environment = [new EnvironmentVariable("NVIDIA_VISIBLE_DEVICES", "void"), new EnvironmentVariable("GPU_RUNTIME_NOTE", "a b")],
        DeviceNodes = [new DeviceNode("/dev/dri/renderD128", "/dev/dri/renderD128", 226, 128, 0x1b0, 0, 44), new DeviceNode("/dev/kfd", "/dev/kfd", 235, 0, 0x1b6, 0, 44)],
        Mounts = [new ContainerMount("/usr/lib/libcuda.so.550.163.01", "/usr/lib/libcuda.so.550.163.01", ContainerMount.ReadOnly)],
        AdditionalGids = [44, 109],
        Hooks = [new ContainerHook("createRuntime", "/usr/bin/cdi-hook", ["cdi-hook", "links"], [ContainerHook.OwnEnvironment], 5)],
        ProcFileMasks = [new ProcFileMask("mask-params", "/proc/driver/nvidia/params", "driver/nvidia/params", "CAP_MKNOD")],
        Limits = new ContainerLimits(
            [new CgroupValue("dmem.max", ["drm/0000:03:00.0/vram 1073741824"]), new CgroupValue("memory.max", ["17179869184"])],
            new NvidiaMemoryLimit("/usr/bin/gpu-runtime-agent", "/usr/lib/libnvidia-ml.so.1", [new GpuMemoryLimit(new PciAddress(0, 0x3b, 0, 0), 1L << 30)]),
            [new LimitNote("GPU_RUNTIME_MEMORY_LIMIT", "gpu-runtime.io/memory-limit", "1073741824")]),
    };
}

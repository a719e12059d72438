namespace GpuRuntime.Fuzz.Tests.Targets;

/// <summary>A host with a GPU of each vendor, as far as files tell what requests can name.</summary>
internal static class SmallHost
{
    public static ReadOnlySpan<byte> Text =>
        """
        @proc/driver/nvidia/version
        NVRM version: NVIDIA UNIX x86_64 Kernel Module  550.163.01  Tue Apr  8 12:41:17 UTC 2025
        @proc/driver/nvidia/gpus/0000:3b:00.0/information
        Model: 		 NVIDIA L4
        GPU UUID: 	 GPU-11111111-2222-3333-4444-555555555555
        Device Minor: 	 0
        @proc/devices
        Character devices:
        195 nvidia
        226 drm
        235 kfd
        510 nvidia-uvm
        @dev/nvidia0
        195:0
        @dev/nvidiactl
        195:255
        @dev/nvidia-uvm
        510:0
        @driver/usr/lib/libcuda.so.550.163.01
        libc.so.6
        @driver/usr/lib/libnvidia-ml.so.550.163.01
        libc.so.6
        @sys/bus/pci/drivers/nvidia/0000:3b:00.0/x
        @sys/bus/pci/drivers/amdgpu/0000:03:00.0/x
        @sys/bus/pci/drivers/xe/0000:04:00.0/x
        @sys/bus/pci/devices/0000:03:00.0/vendor
        0x1002
        @sys/bus/pci/devices/0000:03:00.0/class
        0x038000
        @sys/bus/pci/devices/0000:03:00.0/drm/renderD128/dev
        226:128
        @sys/bus/pci/devices/0000:04:00.0/vendor
        0x8086
        @sys/bus/pci/devices/0000:04:00.0/class
        0x030000
        @sys/bus/pci/devices/0000:04:00.0/drm/renderD129/dev
        226:129
        @dev/dri/renderD128
        226:128
        @dev/dri/renderD129
        226:129
        @dev/kfd
        235:0
        """u8;
}

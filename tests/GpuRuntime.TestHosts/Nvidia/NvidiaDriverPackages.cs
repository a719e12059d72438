namespace GpuRuntime.TestHosts;

/// <summary>NVIDIA's real user-space driver, from Debian's non-free packages, unpacked without installing.</summary>
public sealed class NvidiaDriverPackages
{
    private static readonly string[] Required = ["libcuda1", "libnvidia-ml1", "nvidia-smi", "libnvidia-ptxjitcompiler1"];

    // Some came with later drivers (gpucomp, cudadebugger), some have a version of their own (egl-gbm, egl-wayland).
    private static readonly string[] Optional =
    [
        "libegl-nvidia0", "libgl1-nvidia-glvnd-glx", "libgles-nvidia1", "libgles-nvidia2", "libglx-nvidia0", "libcudadebugger1", "libnvcuvid1",
        "libnvidia-allocator1", "libnvidia-api1", "libnvidia-cfg1", "libnvidia-egl-gbm1", "libnvidia-egl-wayland1", "libnvidia-eglcore",
        "libnvidia-encode1", "libnvidia-fbc1", "libnvidia-glcore", "libnvidia-glvkspirv", "libnvidia-gpucomp", "libnvidia-ngx1", "libnvidia-nvvm4",
        "libnvidia-opticalflow1", "libnvidia-pkcs11-openssl3", "libnvidia-rtcore", "libnvoptix1", "nvidia-cuda-mps", "nvidia-driver-bin",
        "nvidia-egl-common", "nvidia-egl-icd", "nvidia-opencl-common", "nvidia-opencl-icd", "nvidia-persistenced", "nvidia-vdpau-driver",
        "nvidia-vulkan-common", "nvidia-vulkan-icd", "xserver-xorg-video-nvidia",
    ];

    private NvidiaDriverPackages(string directory, string driverVersion)
    {
        Directory = directory;
        DriverVersion = driverVersion;
    }

    /// <summary>A driver root: split directories, no alternatives links, no ld.so.cache.</summary>
    public string Directory { get; }

    public string DriverVersion { get; }

    /// <summary>libcuda, NVML and nvidia-smi alone, which are a fiftieth of it.</summary>
    /// <exception cref="TestResourceUnavailableException">The packages cannot be had here; the message says why.</exception>
    public static NvidiaDriverPackages UnpackCompute(string directory)
    {
        directory = Path.GetFullPath(directory);
        FileTree.Copy(DebianPackages.Unpacked("nvidia-compute", Required, components: "main contrib non-free"), directory);
        return new NvidiaDriverPackages(directory, DriverVersionNumber.Detect(directory));
    }

    /// <exception cref="TestResourceUnavailableException">The packages cannot be had here; the message says why.</exception>
    public static NvidiaDriverPackages Unpack(string directory)
    {
        directory = Path.GetFullPath(directory);
        FileTree.Copy(DebianPackages.Unpacked("nvidia", Required, Optional, "main contrib non-free"), directory);
        return new NvidiaDriverPackages(directory, DriverVersionNumber.Detect(directory));
    }
}

using System.Collections.Immutable;

namespace GpuRuntime.Core.Vendors.Nvidia;

/// <summary>
/// Which libraries each capability means, by the name before <c>.so</c>. Source: NVIDIA's driver packages and container tools; what the
/// driver needs beyond them at run time is <see cref="LoadedAtRunTime"/>.
/// </summary>
public static class DriverLibraries
{
    private static readonly ImmutableArray<string> Utility = ["libnvidia-ml", "libnvidia-cfg", "libnvidia-nscq"];

    private static readonly ImmutableArray<string> Compute =
    [
        "libcuda", "libcudadebugger", "libnvidia-opencl", "libnvidia-gpucomp", "libnvidia-ptxjitcompiler", "libnvidia-fatbinaryloader",
        "libnvidia-allocator", "libnvidia-compiler", "libnvidia-pkcs11", "libnvidia-pkcs11-openssl3", "libnvidia-nvvm", "libnvidia-tileiras",
    ];

    private static readonly ImmutableArray<string> Video = ["libvdpau_nvidia", "libnvidia-encode", "libnvidia-opticalflow", "libnvcuvid"];

    private static readonly ImmutableArray<string> Graphics =
    [
        "libnvidia-eglcore", "libnvidia-glcore", "libnvidia-tls", "libnvidia-glsi", "libnvidia-fbc", "libnvidia-ifr", "libnvidia-rtcore", "libnvoptix",
        "libGLX_nvidia", "libEGL_nvidia", "libGLESv2_nvidia", "libGLESv1_CM_nvidia", "libnvidia-glvkspirv", "libnvidia-cbl",
        "libnvidia-vulkan-producer",
    ];

    private static readonly ImmutableArray<string> Ngx = ["libnvidia-ngx"];

    /// <summary>Libraries of old drivers that carry the GL interface themselves; only theirs if they need one of NVIDIA's cores.</summary>
    public static ImmutableArray<string> WithoutVendorDispatch { get; } = ["libGL", "libEGL", "libGLESv1_CM", "libGLESv2"];

    /// <summary>EGL platform libraries: their file names carry versions of their own, so they are found by SONAME.</summary>
    public static ImmutableArray<string> EglPlatforms { get; } =
        ["libnvidia-egl-gbm.so.1", "libnvidia-egl-wayland.so.1", "libnvidia-egl-wayland2.so.1", "libnvidia-egl-xcb.so.1", "libnvidia-egl-xlib.so.1"];

    /// <summary>What a library opens with dlopen, which its DT_NEEDED does not tell.</summary>
    public static ImmutableDictionary<string, ImmutableArray<string>> LoadedAtRunTime { get; } = new Dictionary<string, ImmutableArray<string>>
    {
        ["libcuda"] = ["libnvidia-nvvm", "libnvidia-ptxjitcompiler", "libcudadebugger", "libnvidia-pkcs11", "libnvidia-pkcs11-openssl3"],
        ["libnvidia-opencl"] = ["libnvidia-nvvm", "libnvidia-ptxjitcompiler"],
        ["libnvidia-glcore"] = ["libnvidia-gpucomp", "libnvidia-glvkspirv", "libnvidia-rtcore", "libcuda"],
        ["libnvidia-eglcore"] = ["libnvidia-gpucomp", "libnvidia-glvkspirv", "libnvidia-rtcore", "libcuda"],
        // By way of GBM, whose back end the allocator is.
        ["libEGL_nvidia"] = ["libnvidia-eglcore", "libcuda", "libnvidia-allocator"],
        ["libGLESv2_nvidia"] = ["libnvidia-eglcore", "libcuda"],
        ["libnvoptix"] = ["libnvidia-rtcore", "libcuda"],
        ["libnvidia-rtcore"] = ["libcuda", "libnvidia-gpucomp", "libnvidia-ptxjitcompiler"],
        ["libnvcuvid"] = ["libcuda"],
        ["libnvidia-fbc"] = ["libcuda"],
        ["libnvidia-ngx"] = ["libnvidia-ml"],
    }.ToImmutableDictionary(StringComparer.Ordinal);

    /// <summary>Library names for a set of capabilities, without what they need in turn.</summary>
    public static IEnumerable<string> For(DriverCapability capabilities)
    {
        IEnumerable<string> names = [];
        if (capabilities.HasFlag(DriverCapability.Utility))
            names = names.Concat(Utility);
        if ((capabilities & (DriverCapability.Compute | DriverCapability.Video)) != 0)
            names = names.Concat(Compute);
        if (capabilities.HasFlag(DriverCapability.Video))
            names = names.Concat(Video);
        if ((capabilities & (DriverCapability.Graphics | DriverCapability.Display)) != 0)
            names = names.Concat(Graphics);
        if (capabilities.HasFlag(DriverCapability.Ngx))
            names = names.Concat(Ngx);
        return names;
    }
}

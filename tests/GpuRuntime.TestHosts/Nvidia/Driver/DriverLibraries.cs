using System.Collections.Immutable;

namespace GpuRuntime.TestHosts;

/// <summary>
/// The libraries of a current driver, dependencies before those who need them. Names, SONAMEs and needs are those of
/// NVIDIA's own packages (550.163.01).
/// </summary>
internal static class DriverLibraries
{
    private static readonly ImmutableArray<StubLibrary> Utility =
    [
        new("libnvidia-ml") { Twin32 = true, DevelopmentLink = true, Source = "nvml" },
        new("libnvidia-cfg") { DevelopmentLink = true },
    ];

    private static readonly ImmutableArray<StubLibrary> Compute =
    [
        new("libcuda") { Twin32 = true, DevelopmentLink = true, Source = "cuda" },
        new("libcudadebugger"),
        new("libnvidia-opencl") { Twin32 = true },
        new("libnvidia-gpucomp") { Soname = null, Twin32 = true, Shared = true, Since = 545 },
        new("libnvidia-ptxjitcompiler") { Twin32 = true, DevelopmentLink = true },
        new("libnvidia-allocator") { Twin32 = true, DevelopmentLink = true },
        new("libnvidia-pkcs11") { Soname = null, Shared = true },
        new("libnvidia-pkcs11-openssl3") { Soname = null, Shared = true },
        new("libnvidia-nvvm") { Soname = ".so.4", Twin32 = true, DevelopmentLink = true },
        new("libnvidia-tileiras") { Soname = null, Shared = true, Since = 610 },
    ];

    private static readonly ImmutableArray<StubLibrary> Video =
    [
        new("libnvcuvid") { Twin32 = true, DevelopmentLink = true },
        new("libvdpau_nvidia") { Twin32 = true, Subdirectory = "vdpau", Needed = ["libX11.so.6", "libXext.so.6"] },
        new("libnvidia-encode") { Twin32 = true, DevelopmentLink = true, Needed = ["libnvcuvid"] },
        new("libnvidia-opticalflow") { Twin32 = true, DevelopmentLink = true, Needed = ["libnvcuvid"] },
    ];

    private static readonly ImmutableArray<StubLibrary> Graphics =
    [
        new("libnvidia-tls") { Soname = null, Twin32 = true, Shared = true },
        new("libnvidia-glsi") { Soname = null, Twin32 = true, Shared = true },
        new("libnvidia-glcore") { Soname = null, Twin32 = true, Shared = true, Needed = ["libnvidia-tls", "libnvidia-gpucomp"] },
        new("libnvidia-eglcore") { Soname = null, Twin32 = true, Shared = true, Needed = ["libnvidia-glsi", "libnvidia-gpucomp"] },
        new("libnvidia-fbc") { Twin32 = true, DevelopmentLink = true, Needed = ["libX11.so.6", "libXext.so.6"] },
        new("libnvidia-rtcore") { Soname = null, Shared = true },
        new("libnvoptix"),
    ];

    private static readonly ImmutableArray<StubLibrary> GraphicsDispatch =
    [
        new("libGLX_nvidia")
        {
            Soname = ".so.0", Twin32 = true, Needed = ["libnvidia-glsi", "libnvidia-tls", "libnvidia-glcore", "libX11.so.6", "libXext.so.6"],
        },
        new("libEGL_nvidia") { Soname = ".so.0", Twin32 = true, Needed = ["libnvidia-glsi"] },
        new("libGLESv2_nvidia") { Soname = ".so.2", Twin32 = true },
        new("libGLESv1_CM_nvidia") { Twin32 = true },
        new("libnvidia-glvkspirv") { Soname = null, Twin32 = true, Shared = true },
    ];

    private static readonly ImmutableArray<StubLibrary> Ngx = [new("libnvidia-ngx") { DevelopmentLink = true }];

    // Mounted by CDI specifications that take everything, and by some graphics set-ups.
    private static readonly ImmutableArray<StubLibrary> Further =
    [
        new("libnvidia-api") { Unversioned = true },
        new("libnvidia-sandboxutils") { Since = 560 },
        new("libnvidia-vksc-core"),
        new("libnvidia-wayland-client") { Soname = null, Shared = true },
        new("libnvidia-egl-gbm") { OwnVersion = "1.1.1", Shared = true, Needed = ["libgbm.so.1", "libdrm.so.2"] },
        new("libnvidia-egl-wayland") { OwnVersion = "1.1.13", Shared = true },
    ];

    // Nobody's container gets these: the settings tool's toolkit, and the image's own dispatch and X libraries.
    private static readonly ImmutableArray<StubLibrary> Foreign =
    [
        new("libnvidia-gtk3") { Soname = null, Shared = true },
        new("libGL") { OwnVersion = "1.7.0", Shared = true, Twin32 = true },
        new("libEGL") { OwnVersion = "1.1.0", Shared = true, Twin32 = true },
        new("libOpenCL") { OwnVersion = "1.0.0", Shared = true },
        new("libX11") { Soname = ".so.6", OwnVersion = "6.4.0", Shared = true, Twin32 = true },
    ];

    /// <summary>SONAMEs that stubs need and that are no stubs: linked against, not installed.</summary>
    public static ImmutableArray<string> FromTheImage { get; } = ["libc.so.6", "libX11.so.6", "libXext.so.6", "libgbm.so.1", "libdrm.so.2"];

    public static ImmutableArray<StubLibrary> Of(string version)
    {
        var major = DriverVersionNumber.Major(version);
        return
        [
            .. new[] { Utility, Compute, Video, Graphics, GraphicsDispatch, Ngx, Further, Foreign }
                .SelectMany(set => set)
                .Where(library => library.Since <= major),
        ];
    }
}

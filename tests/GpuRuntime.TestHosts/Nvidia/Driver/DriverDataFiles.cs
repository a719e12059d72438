namespace GpuRuntime.TestHosts;

/// <summary>Firmware, configuration files and directories of a driver installation.</summary>
internal static class DriverDataFiles
{
    public static void Write(string root, string version, DriverPaths paths)
    {
        void File(string path, string content) => FileTree.Write(Path.Combine(root, path), content);

        File($"usr/lib/firmware/nvidia/{version}/gsp_ga10x.bin", "stand-in for the GSP firmware of GA10x and later\n");
        File($"usr/lib/firmware/nvidia/{version}/gsp_tu10x.bin", "stand-in for the GSP firmware of TU10x and GA100\n");

        File($"{paths.Vulkan}/icd.d/nvidia_icd.json", Icd("libGLX_nvidia.so.0"));
        File($"{paths.Vulkan}/implicit_layer.d/nvidia_layers.json", Layers);
        File("usr/share/glvnd/egl_vendor.d/10_nvidia.json", EglLibrary("libEGL_nvidia.so.0"));
        File("usr/share/egl/egl_external_platform.d/15_nvidia_gbm.json", EglLibrary("libnvidia-egl-gbm.so.1"));
        File("usr/share/egl/egl_external_platform.d/10_nvidia_wayland.json", EglLibrary("libnvidia-egl-wayland.so.1"));
        File("usr/share/X11/xorg.conf.d/nvidia-drm-outputclass.conf", OutputClass);
        File("etc/OpenCL/vendors/nvidia.icd", "libnvidia-opencl.so.1\n");
        File($"usr/share/nvidia/nvidia-application-profiles-{version}-rc", "{ \"rules\": [], \"profiles\": [] }\n");
        File($"usr/share/nvidia/nvidia-application-profiles-{version}-key-documentation", "stand-in\n");
        Optix(root, paths);
        Xorg(root, version, paths);

        Directory.CreateDirectory(Path.Combine(root, "tmp/nvidia-mps"));
        Directory.CreateDirectory(Path.Combine(root, "run/nvidia-persistenced"));
        Directory.CreateDirectory(Path.Combine(root, "run/nvidia-fabricmanager"));
        File("etc/os-release", "NAME=\"gpu-runtime test host\"\nID=test\n");
    }

    /// <summary>Shared objects that the X server loads, relative to the root.</summary>
    public static string[] XorgModules(string version, DriverPaths paths) => paths.Alternatives
        ? [$"{DriverPaths.Current}/nvidia_drv.so", $"{DriverPaths.Current}/libglxserver_nvidia.so.{version}"]
        : [$"{paths.XorgModules}/drivers/nvidia_drv.so", $"{paths.XorgModules}/extensions/libglxserver_nvidia.so.{version}"];

    /// <summary>Sockets of the daemons. Not in the cached root: they belong to one host.</summary>
    public static void Sockets(string root)
    {
        DeviceNodes.Socket(Path.Combine(root, "run/nvidia-persistenced/socket"));
        DeviceNodes.Socket(Path.Combine(root, "run/nvidia-fabricmanager/socket"));
    }

    private static void Optix(string root, DriverPaths paths)
    {
        const string visible = "usr/share/nvidia/nvoptix.bin";
        var path = paths.Alternatives ? paths.Libraries(64) + "/nvidia/current/nvoptix.bin" : visible;
        FileTree.Write(Path.Combine(root, path), "stand-in for OptiX's data\n");
        if (paths.Alternatives)
            DriverLinks.Alternative(root, visible, "nvoptix.bin", path);
    }

    private static void Xorg(string root, string version, DriverPaths paths)
    {
        var server = XorgModules(version, paths)[1];
        var link = Path.Combine(Path.GetDirectoryName(server)!, "libglxserver_nvidia.so");
        FileTree.Link(Path.Combine(root, link), Path.GetFileName(server));
        if (!paths.Alternatives)
            return;
        DriverLinks.Alternative(root, $"{paths.XorgModules}/drivers/nvidia_drv.so", "nvidia_drv.so", $"{DriverPaths.Current}/nvidia_drv.so");
        DriverLinks.Alternative(root, $"{paths.XorgModules}/extensions/libglxserver_nvidia.so", "libglxserver_nvidia.so", link);
    }

    private static string Icd(string library) =>
        $$"""{ "file_format_version": "1.0.1", "ICD": { "library_path": "{{library}}", "api_version": "1.3.277" } }""" + "\n";

    private static string EglLibrary(string library) =>
        $$"""{ "file_format_version": "1.0.0", "ICD": { "library_path": "{{library}}" } }""" + "\n";

    private const string Layers = """
        {
            "file_format_version": "1.0.0",
            "layer": {
                "name": "VK_LAYER_NV_optimus",
                "type": "INSTANCE",
                "library_path": "libGLX_nvidia.so.0",
                "api_version": "1.3.277",
                "implementation_version": "1"
            }
        }

        """;

    private const string OutputClass = """
        Section "OutputClass"
            Identifier "nvidia"
            MatchDriver "nvidia-drm"
            Driver "nvidia"
        EndSection

        """;
}

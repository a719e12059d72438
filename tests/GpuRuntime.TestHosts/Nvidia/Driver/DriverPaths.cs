namespace GpuRuntime.TestHosts;

/// <summary>Directories of a driver root, relative to it.</summary>
internal sealed record DriverPaths(DriverLayout Layout)
{
    public const string Current = "usr/lib/nvidia/current";

    public bool Alternatives => Layout == DriverLayout.Debian;

    /// <summary>The distribution's library directory, which the loader knows.</summary>
    public string Libraries(int bits) => (Layout, bits) switch
    {
        (DriverLayout.Lib64, 64) => "usr/lib64",
        (DriverLayout.Lib64, _) => "usr/lib",
        _ => "usr/lib/" + Triplet(bits),
    };

    /// <summary>Where the file of a library lies.</summary>
    public string DirectoryOf(StubLibrary library, int bits) => (Alternatives, library.Shared) switch
    {
        (true, false) => Libraries(bits) + "/nvidia/current",
        _ => Path.Combine(Libraries(bits), library.Subdirectory),
    };

    public string XorgModules => Layout == DriverLayout.Lib64 ? "usr/lib64/xorg/modules" : "usr/lib/xorg/modules";

    /// <summary>Vulkan's files: the .run installer puts them in /etc, packages in /usr/share.</summary>
    public string Vulkan => Layout == DriverLayout.Lib64 ? "etc/vulkan" : "usr/share/vulkan";

    public static string Triplet(int bits) => bits == 64 ? "x86_64-linux-gnu" : "i386-linux-gnu";
}

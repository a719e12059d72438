namespace GpuRuntime.TestHosts;

/// <summary>udev's own tool, from Debian's packages, unpacked without installing: machines without udev have none.</summary>
public static class UdevPackages
{
    private static readonly string[] Required = ["udev", "libudev1", "libkmod2"];

    /// <returns>A directory with <c>bin/udevadm</c> and its libraries: to be read only.</returns>
    /// <exception cref="TestResourceUnavailableException">The packages cannot be had here; the message says why.</exception>
    public static string Unpacked() => DebianPackages.Unpacked("udev", Required, mergedUsr: true);
}

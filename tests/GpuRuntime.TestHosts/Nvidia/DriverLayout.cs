namespace GpuRuntime.TestHosts;

/// <summary>Where a distribution puts the driver's files.</summary>
public enum DriverLayout
{
    /// <summary>Ubuntu and NVIDIA's own Debian repository: everything in /usr/lib/x86_64-linux-gnu.</summary>
    Multiarch,

    /// <summary>Debian: split over /usr/lib/x86_64-linux-gnu and its nvidia/current, joined by absolute links in /etc/alternatives.</summary>
    Debian,

    /// <summary>RHEL, SUSE and the .run installer: /usr/lib64, 32-bit twins in /usr/lib.</summary>
    Lib64,
}

using System.Collections.Immutable;
using GpuRuntime.Core.Inventory;

namespace GpuRuntime.Core.Vendors.Nvidia;

/// <summary>NVML, the driver's library that tells and sets what its files do not: libnvidia-ml.</summary>
public static class ManagementLibrary
{
    /// <returns>Its path on this host; <see langword="null"/> where no driver is loaded, or its user space is not installed.</returns>
    public static string? Find(IHostRoot host, ImmutableArray<string> searchPaths)
    {
        if (NvidiaDriver.Read(host) is not { } driver)
            return null;
        var files = new DriverFiles(host, driver.Version, searchPaths);
        return (files.Library("libnvidia-ml", LibraryArchitecture.X64) ?? files.Library("libnvidia-ml", LibraryArchitecture.Arm64))?.File.HostPath;
    }
}

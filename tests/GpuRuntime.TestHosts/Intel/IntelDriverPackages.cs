namespace GpuRuntime.TestHosts;

/// <summary>A real user-space driver of Intel's, from Debian's packages, unpacked without installing: VA-API for older GPUs, and what it needs.</summary>
public static class IntelDriverPackages
{
    private static readonly string[] Required = ["i965-va-driver", "libdrm-intel1", "libdrm2", "libpciaccess0", "zlib1g"];

    /// <summary>Makes a driver root without a loader cache.</summary>
    /// <exception cref="TestResourceUnavailableException">The packages cannot be had here; the message says why.</exception>
    public static void Unpack(string directory) => FileTree.Copy(DebianPackages.Unpacked("intel-va", Required), Path.GetFullPath(directory));
}

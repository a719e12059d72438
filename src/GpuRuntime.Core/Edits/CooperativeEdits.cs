using System.Collections.Immutable;
using System.Globalization;
using GpuRuntime.Core.Limits;

namespace GpuRuntime.Core.Edits;

/// <summary>
/// Puts our libraries in the place of CUDA's and NVML's. Each needs the driver's own by an absolute path, where that is mounted instead, so that
/// whatever we do not have is found there.
/// </summary>
internal static class CooperativeEdits
{
    /// <summary>Where our libraries find the driver's.</summary>
    private const string DriverDirectory = "/usr/lib/gpu-runtime/driver";

    /// <summary>The limits: lines of <c>memory ADDRESS BYTES</c>.</summary>
    private const string LimitsFile = "/run/gpu-runtime/limits";

    /// <summary>Where the container's processes keep account together; as large as a fixed table needs to be.</summary>
    private const string UsageDirectory = "/run/gpu-runtime/usage";

    private static readonly ImmutableArray<string> UsageOptions = ["nosuid", "nodev", "noexec", "mode=1777", "size=1m"];

    private static readonly ImmutableArray<string> Libraries = ["libcuda.so.1", "libnvidia-ml.so.1"];

    public static ContainerEdits Substitute(ContainerEdits edits, CooperativeLimit limit)
    {
        var mounts = edits.Mounts.ToList();
        foreach (var name in Libraries)
        {
            // The link of that name, which programs go by, leads to the file with the driver's version; ours takes the file's place.
            var index = mounts.FindIndex(mount => IsVersionOf(name, mount.ContainerPath));
            if (index < 0)
                continue;
            mounts.Add(mounts[index] with { ContainerPath = $"{DriverDirectory}/{name}" });
            mounts[index] = mounts[index] with { HostPath = $"{limit.Libraries}/{name}" };
        }

        mounts.Add(new ContainerMount(ContainerMount.Tmpfs, UsageDirectory, UsageOptions) { Type = ContainerMount.Tmpfs });
        var lines = limit.Gpus.Select(gpu => string.Create(CultureInfo.InvariantCulture, $"memory {gpu.PciAddress} {gpu.Bytes}\n"));
        return edits with
        {
            Mounts = [.. mounts],
            GeneratedFiles = [.. edits.GeneratedFiles, new GeneratedFile(LimitsFile, string.Concat(lines))],
            // A newer CUDA of the image's would go in front of the library that counts.
            ForwardCompatibility = null,
        };
    }

    // .../libcuda.so.550.163.01 is a version of libcuda.so.1. The first is the native one; a 32-bit twin comes behind it.
    private static bool IsVersionOf(string soname, string path) =>
        path[(path.LastIndexOf('/') + 1)..].StartsWith(soname[..(soname.LastIndexOf('.') + 1)], StringComparison.Ordinal);
}

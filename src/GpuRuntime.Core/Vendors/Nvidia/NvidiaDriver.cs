using GpuRuntime.Core.Inventory;

namespace GpuRuntime.Core.Vendors.Nvidia;

/// <summary>The loaded kernel driver, from <c>/proc/driver/nvidia</c>.</summary>
/// <param name="CudaVersion">The CUDA version that this driver serves; <see langword="null"/> for a branch that is newer than our table.</param>
/// <param name="ModifyDeviceFiles">Whether the driver's own tools make and change device nodes, which they must not do in a container.</param>
public sealed record NvidiaDriver(DottedVersion Version, DottedVersion? CudaVersion, bool IsOpenModule, bool ModifyDeviceFiles)
{
    public const string VersionFile = "driver/nvidia/version";
    public const string ParamsFile = "driver/nvidia/params";

    /// <returns><see langword="null"/> when the driver is not loaded.</returns>
    public static NvidiaDriver? Read(IHostRoot host)
    {
        if (host.ReadText(HostTree.Proc, VersionFile) is not { } text || ParseVersion(text) is not { } version)
            return null;
        var parameters = host.ReadText(HostTree.Proc, ParamsFile) ?? "";
        return new NvidiaDriver(
            version,
            CudaCompatibility.CudaOf(version),
            text.Contains("Open Kernel Module", StringComparison.Ordinal),
            DriverParams.ModifiesDeviceFiles(parameters));
    }

    /// <summary>
    /// The version in line 1: the first token of digits and dots behind the word <c>Module</c> and an optional <c>for ARCH</c>
    /// (<c>NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  610.43.03  Release Build ...</c>).
    /// </summary>
    public static DottedVersion? ParseVersion(string text)
    {
        var line = text.Split('\n')[0];
        var module = line.IndexOf("Module", StringComparison.Ordinal);
        if (module < 0)
            return null;
        foreach (var token in line[module..].Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries))
        {
            if (token.Contains('.', StringComparison.Ordinal) && DottedVersion.Parse(token) is { } version)
                return version;
        }

        return null;
    }
}

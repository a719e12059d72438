using System.Globalization;
using GpuRuntime.Core.Edits;

namespace GpuRuntime.Core.Vendors.Nvidia;

/// <summary><c>/proc/driver/nvidia/params</c>: lines of <c>Name: value</c>.</summary>
public static class DriverParams
{
    /// <summary>The verb of our own hook that covers the file in a container.</summary>
    public const string MaskVerb = "mask-nvidia-params";

    private const string Modify = "ModifyDeviceFiles:";
    private const string Imex = "ImexChannelCount:";

    // The driver's own default (NVreg_ImexChannelCount), for versions that do not print it.
    private const uint DefaultImexChannels = 2048;

    /// <param name="hostFile">The host's params file.</param>
    public static ProcFileMask MaskOf(string hostFile) => new(MaskVerb, hostFile, NvidiaDriver.ParamsFile, "CAP_MKNOD");

    public static bool ModifiesDeviceFiles(string parameters) =>
        parameters.Split('\n').Any(line => line.StartsWith(Modify, StringComparison.Ordinal) && line[Modify.Length..].Trim() == "1");

    /// <summary>How many IMEX channels the driver has; 0 = the feature is off.</summary>
    public static uint ImexChannelCount(string parameters) =>
        parameters.Split('\n').FirstOrDefault(line => line.StartsWith(Imex, StringComparison.Ordinal)) is { } line
        && uint.TryParse(line.AsSpan(Imex.Length).Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            ? count
            : DefaultImexChannels;

    /// <summary>The same file telling the driver's tools to leave device nodes alone.</summary>
    public static string Masked(string parameters) =>
        string.Join('\n', parameters.Split('\n').Select(line => line.StartsWith(Modify, StringComparison.Ordinal) ? $"{Modify} 0" : line));
}

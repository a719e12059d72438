namespace GpuRuntime.Core.Vendors.Nvidia;

/// <summary><c>/proc/driver/nvidia/params</c>: lines of <c>Name: value</c>.</summary>
public static class DriverParams
{
    /// <summary>The verb of our own hook that covers the file in a container.</summary>
    public const string MaskVerb = "mask-nvidia-params";

    private const string Modify = "ModifyDeviceFiles:";

    public static bool ModifiesDeviceFiles(string parameters) =>
        parameters.Split('\n').Any(line => line.StartsWith(Modify, StringComparison.Ordinal) && line[Modify.Length..].Trim() == "1");

    /// <summary>The same file telling the driver's tools to leave device nodes alone.</summary>
    public static string Masked(string parameters) =>
        string.Join('\n', parameters.Split('\n').Select(line => line.StartsWith(Modify, StringComparison.Ordinal) ? $"{Modify} 0" : line));
}

using GpuRuntime.Core.Errors;

namespace GpuRuntime.Core.Vendors;

/// <summary>What a container wants to do with a GPU; each decides which files of the host's driver come along.</summary>
[Flags]
public enum DriverCapability
{
    None = 0,
    Compute = 1,
    Compat32 = 2,
    Graphics = 4,
    Utility = 8,
    Video = 16,
    Display = 32,
    Ngx = 64,
    All = Compute | Compat32 | Graphics | Utility | Video | Display | Ngx,
}

/// <summary>Capabilities by their names, which are NVIDIA's; the other vendors' modules read the same words.</summary>
public static class CapabilityNames
{
    private const string Supported = "compute, compat32, graphics, utility, video, display, ngx, all";

    /// <param name="source">Where the names were read, for messages.</param>
    /// <exception cref="GpuRuntimeException"><see cref="ErrorCode.CapabilityUnknown"/>.</exception>
    public static DriverCapability Parse(IEnumerable<string> names, string source) =>
        names.Aggregate(DriverCapability.None, (capabilities, name) => capabilities | Parse(name, source));

    private static DriverCapability Parse(string name, string source) => name switch
    {
        "compute" => DriverCapability.Compute,
        "compat32" => DriverCapability.Compat32,
        "graphics" => DriverCapability.Graphics,
        "utility" => DriverCapability.Utility,
        "video" => DriverCapability.Video,
        "display" => DriverCapability.Display,
        "ngx" => DriverCapability.Ngx,
        "all" => DriverCapability.All,
        // Words of Docker's that choose a vendor.
        "gpu" or "nvidia" or "amd" or "intel" => DriverCapability.None,
        _ => throw new GpuRuntimeException(ErrorCode.CapabilityUnknown, $"{source}: {PrintableText.Quote(name)} is not a driver capability; the supported ones are {Supported}."),
    };
}

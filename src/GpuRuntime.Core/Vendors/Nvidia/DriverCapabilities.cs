using GpuRuntime.Core.Errors;
using GpuRuntime.Core.Requests;

namespace GpuRuntime.Core.Vendors.Nvidia;

/// <summary>What a container wants to do with the driver; each decides which of the driver's files come along.</summary>
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

public static class DriverCapabilities
{
    public const string Variable = "NVIDIA_DRIVER_CAPABILITIES";
    public const DriverCapability Default = DriverCapability.Utility | DriverCapability.Compute;
    private const string Supported = "compute, compat32, graphics, utility, video, display, ngx, all";

    /// <summary>The request's own capabilities, else the variable's, else every one for a legacy CUDA image, else utility and compute.</summary>
    /// <exception cref="GpuRuntimeException"><see cref="ErrorCode.CapabilityUnknown"/>.</exception>
    public static DriverCapability Of(GpuRequest request, ContainerEnvironment environment)
    {
        // "gpu" and "nvidia" are words of Docker's that choose a vendor.
        var own = request.Capabilities?.Where(name => name is not ("gpu" or "nvidia")).ToList();
        if (own is { Count: > 0 })
            return Parse(own, request.Source);

        var items = (environment[Variable] ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (items.Length > 0)
            return Parse(items, Variable);
        return LegacyCudaImage.Is(environment) ? DriverCapability.All : Default;
    }

    private static DriverCapability Parse(IEnumerable<string> names, string source) =>
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
        _ => throw new GpuRuntimeException(ErrorCode.CapabilityUnknown, $"{source}: {PrintableText.Quote(name)} is not a driver capability; the supported ones are {Supported}."),
    };
}

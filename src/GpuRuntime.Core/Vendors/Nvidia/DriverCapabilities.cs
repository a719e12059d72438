using GpuRuntime.Core.Requests;

namespace GpuRuntime.Core.Vendors.Nvidia;

/// <summary>Which of NVIDIA's capabilities a container gets.</summary>
public static class DriverCapabilities
{
    public const string Variable = "NVIDIA_DRIVER_CAPABILITIES";
    public const DriverCapability Default = DriverCapability.Utility | DriverCapability.Compute;

    /// <summary>The request's own capabilities, else the variable's, else every one for a legacy CUDA image, else utility and compute.</summary>
    /// <exception cref="Errors.GpuRuntimeException"><see cref="Errors.ErrorCode.CapabilityUnknown"/>.</exception>
    public static DriverCapability Of(GpuRequest request, ContainerEnvironment environment)
    {
        if (request.Capabilities is { } names && CapabilityNames.Parse(names, request.Source) is not DriverCapability.None and var own)
            return own;

        var items = (environment[Variable] ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (items.Length > 0)
            return CapabilityNames.Parse(items, Variable);
        return LegacyCudaImage.Is(environment) ? DriverCapability.All : Default;
    }
}

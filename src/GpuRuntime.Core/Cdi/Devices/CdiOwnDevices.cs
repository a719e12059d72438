using System.Collections.Immutable;
using GpuRuntime.Core.Cdi.Generation;
using GpuRuntime.Core.Configuration;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Core.Requests;
using GpuRuntime.Core.Vendors;

namespace GpuRuntime.Core.Cdi.Devices;

/// <summary>
/// CDI devices that are GPUs of this host under the names that our own specifications give them. They are found as any other GPU is, from the host
/// as it is now: a specification's file, which may be older than the driver, is not read for them.
/// </summary>
public static class CdiOwnDevices
{
    /// <returns>The request with those devices among its selectors; the others stay CDI devices, for specifications to define.</returns>
    public static GpuRequest Resolve(GpuRequest request, ImmutableArray<Gpu> host, RuntimeConfiguration configuration)
    {
        if (request.CdiDevices.IsEmpty)
            return request;
        var selectors = request.Selectors.ToBuilder();
        var others = ImmutableArray.CreateBuilder<CdiName>();
        foreach (var device in request.CdiDevices.Distinct())
        {
            if (Selector(device, host, configuration) is { } selector)
                selectors.Add(selector);
            else
                others.Add(device);
        }

        return request with { Selectors = selectors.ToImmutable(), CdiDevices = others.ToImmutable() };
    }

    /// <summary>Whether a device is of the kind of a vendor's GPUs, so that the host's GPUs are what it might have meant.</summary>
    public static bool IsOfOurKind(CdiName device) => VendorModules.All.Any(module => module.Vendor.CdiKind() == device.Kind);

    private static DeviceSelector? Selector(CdiName device, ImmutableArray<Gpu> host, RuntimeConfiguration configuration)
    {
        ImmutableArray<Gpu> own = [.. host.Where(gpu => gpu.Vendor.CdiKind() == device.Kind)];
        return own.IsEmpty || CdiDeviceNames.Named(device.Device, own, configuration).IsEmpty ? null : CdiDeviceNames.Selector(device.Device, own[0].Vendor);
    }
}

using System.Collections.Immutable;
using System.Globalization;
using GpuRuntime.Core.Errors;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Core.Requests;

namespace GpuRuntime.Core.Selection;

/// <summary>MIG devices by their place on a GPU (<c>0:1</c>) and by their UUIDs, of which the driver's files tell only the old form.</summary>
internal static class MigSelection
{
    public static void AddByIndex(DeviceSelector selector, ImmutableArray<Gpu> candidates, ImmutableArray<Gpu> host, string source, Grant grant)
    {
        if (candidates.All(gpu => gpu.Vendor != GpuVendor.Nvidia))
            throw new GpuRuntimeException(
                ErrorCode.RequestUnsupported,
                $"{source}: {PrintableText.Quote(selector.Text)} has the form of a MIG device, which NVIDIA's GPUs alone have; partitions of AMD's have indexes of their own, as in amd:3. This host has {HostGpus.Describe(host)}.");
        var gpu = candidates.FirstOrDefault(gpu => gpu.Vendor == GpuVendor.Nvidia && gpu.Index == selector.First) ?? throw SelectionErrors.Named(selector, host, source);
        grant.Add(gpu, gpu.MigDevices.FirstOrDefault(device => device.Index == selector.Last)
            ?? throw SelectionErrors.NotFound($"{source}: {PrintableText.Quote(selector.Text)} is not a MIG device of this host; {Devices(gpu)}", host));
    }

    public static void AddByUuid(DeviceSelector selector, ImmutableArray<Gpu> candidates, ImmutableArray<Gpu> host, string source, Grant grant)
    {
        if (OldForm(selector.Uuid) is { } old)
        {
            var gpu = candidates.FirstOrDefault(gpu => GpuIdentity.HasUuid(gpu, old.Gpu)) ?? throw SelectionErrors.Named(selector, host, source);
            grant.Add(gpu, gpu.MigDevices.FirstOrDefault(device => device.GpuInstance == old.GpuInstance && device.ComputeInstance == old.ComputeInstance)
                ?? throw SelectionErrors.NotFound($"{source}: {PrintableText.Quote(selector.Text)} is not a MIG device of this host; {Devices(gpu)}", host));
            return;
        }

        var named = candidates.SelectMany(gpu => gpu.MigDevices).Where(device => device.Uuid?.StartsWith(selector.Uuid, StringComparison.OrdinalIgnoreCase) == true).ToList();
        switch (named)
        {
            case [var device]:
                grant.Add(candidates.First(gpu => gpu.MigDevices.Contains(device)), device);
                break;
            case []:
                throw candidates.Any(gpu => gpu.MigDevices.Any(device => device.Uuid is null)) ? Unknown(selector, host, source) : SelectionErrors.Named(selector, host, source);
            default:
                throw SelectionErrors.NotFound($"{source}: {PrintableText.Quote(selector.Text)} is the beginning of {named.Count} UUIDs", host);
        }
    }

    // MIG-GPU-<uuid>/<gi>/<ci>, which drivers before R470 printed.
    private static (string Gpu, uint GpuInstance, uint ComputeInstance)? OldForm(string uuid) =>
        uuid["MIG-".Length..].Split('/') is [var gpu, var gpuInstance, var computeInstance]
        && uint.TryParse(gpuInstance, NumberStyles.None, CultureInfo.InvariantCulture, out var gi)
        && uint.TryParse(computeInstance, NumberStyles.None, CultureInfo.InvariantCulture, out var ci)
            ? (gpu, gi, ci)
            : null;

    private static string Devices(Gpu gpu) => gpu.MigDevices.IsEmpty
        ? $"{gpu.Id} has none"
        : $"{gpu.Id} has {string.Join(", ", gpu.MigDevices.Select(device => $"{gpu.Index}:{device.Index} (GPU instance {device.GpuInstance}, compute instance {device.ComputeInstance})"))}";

    private static GpuRuntimeException Unknown(DeviceSelector selector, ImmutableArray<Gpu> host, string source) => new(
        ErrorCode.GpuNotFound,
        $"{source}: {PrintableText.Quote(selector.Text)} is a MIG device's UUID, which the driver's files do not tell; run gpu-runtime devices --refresh, which asks nvidia-smi, after each change of the MIG devices, or name the device by its place, as in 0:1. This host has {HostGpus.Describe(host)}.");
}

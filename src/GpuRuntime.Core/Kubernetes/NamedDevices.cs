using System.Collections.Immutable;
using GpuRuntime.Core.Errors;

namespace GpuRuntime.Core.Kubernetes;

/// <summary>Devices by the ids that the kubelet names them by.</summary>
internal static class NamedDevices
{
    private const int MostShown = 8;

    /// <returns>Each once, in the resource's order.</returns>
    /// <exception cref="GpuRuntimeException"><see cref="ErrorCode.GpuNotFound"/>: an id is none of the resource's.</exception>
    public static ImmutableArray<PluginDevice> Of(PluginResource resource, IReadOnlyCollection<string> ids)
    {
        var named = ids.ToHashSet(StringComparer.Ordinal);
        ImmutableArray<PluginDevice> devices = [.. resource.Devices.Where(device => named.Contains(device.Id))];
        if (devices.Length == named.Count)
            return devices;
        named.ExceptWith(devices.Select(device => device.Id));
        throw new GpuRuntimeException(ErrorCode.GpuNotFound, $"{resource.Name} has no device {PrintableText.Quote(named.Order(StringComparer.Ordinal).First())}; it has {Shown(resource)}.");
    }

    private static string Shown(PluginResource resource)
    {
        var shown = string.Join(", ", resource.Devices.Take(MostShown).Select(device => device.Id));
        return resource.Devices.Length > MostShown ? $"{shown} and {resource.Devices.Length - MostShown} more" : shown;
    }
}

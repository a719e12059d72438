using System.Collections.Immutable;
using System.Globalization;
using GpuRuntime.Core.Inventory;

namespace GpuRuntime.Core.Vendors.Nvidia;

/// <summary>
/// The MIG devices of a GPU from <c>/proc/driver/nvidia/capabilities/gpuN/mig/giX/ciY/access</c>, where N is the device minor. A MIG device is
/// a compute instance; its place on the GPU, the 1 of <c>0:1</c>, goes by GPU instance, then by compute instance.
/// </summary>
public static class MigDiscovery
{
    private const string Capabilities = "driver/nvidia/capabilities";

    /// <param name="gpuMinor">The minor of <c>/dev/nvidiaN</c>.</param>
    public static ImmutableArray<MigDevice> Devices(IHostRoot host, NvidiaNodes nodes, uint gpuMinor)
    {
        var directory = string.Create(CultureInfo.InvariantCulture, $"{Capabilities}/gpu{gpuMinor}/mig");
        var devices = ImmutableArray.CreateBuilder<MigDevice>();
        foreach (var gpuInstance in Instances(host, directory, "gi"))
        {
            var instance = string.Create(CultureInfo.InvariantCulture, $"{directory}/gi{gpuInstance}");
            var instanceNode = Access(host, nodes, instance);
            foreach (var computeInstance in Instances(host, instance, "ci"))
            {
                var computeNode = Access(host, nodes, string.Create(CultureInfo.InvariantCulture, $"{instance}/ci{computeInstance}"));
                devices.Add(new MigDevice(devices.Count, gpuInstance, computeInstance) { CapabilityNodes = instanceNode is null || computeNode is null ? [] : [instanceNode, computeNode] });
            }
        }

        return devices.ToImmutable();
    }

    /// <summary>The node of a capability that belongs to no GPU: <c>mig/config</c>, <c>mig/monitor</c>.</summary>
    public static DeviceNode? Node(IHostRoot host, NvidiaNodes nodes, string capability) => Capability(host, nodes, $"{Capabilities}/{capability}");

    private static DeviceNode? Access(IHostRoot host, NvidiaNodes nodes, string instance) => Capability(host, nodes, $"{instance}/access");

    private static DeviceNode? Capability(IHostRoot host, NvidiaNodes nodes, string path) =>
        host.ReadText(HostTree.Proc, path) is { } text && Number(text, "DeviceFileMinor:") is { } minor
            ? nodes.Capability(minor, Number(text, "DeviceFileMode:") ?? NvidiaNodes.CapabilityMode)
            : null;

    private static List<uint> Instances(IHostRoot host, string directory, string prefix)
    {
        var numbers = new List<uint>();
        foreach (var name in host.List(HostTree.Proc, directory))
        {
            if (name.StartsWith(prefix, StringComparison.Ordinal) && uint.TryParse(name.AsSpan(prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
                numbers.Add(number);
        }

        numbers.Sort();
        return numbers;
    }

    private static uint? Number(string text, string key)
    {
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            if (line.StartsWith(key, StringComparison.Ordinal) && uint.TryParse(line[key.Length..].Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
                return number;
        }

        return null;
    }
}

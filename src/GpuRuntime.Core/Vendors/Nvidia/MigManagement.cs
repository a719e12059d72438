using System.Collections.Immutable;
using System.Globalization;
using GpuRuntime.Core.Errors;
using GpuRuntime.Core.Inventory;

namespace GpuRuntime.Core.Vendors.Nvidia;

/// <summary>
/// <c>NVIDIA_MIG_CONFIG_DEVICES</c> and <c>NVIDIA_MIG_MONITOR_DEVICES</c>: a container that divides the GPUs, or watches all MIG devices. Both take
/// <c>all</c> alone, and only in a privileged container whose request names no single MIG device.
/// </summary>
internal static class MigManagement
{
    private static readonly ImmutableArray<(string Variable, string Capability)> Kinds =
        [("NVIDIA_MIG_CONFIG_DEVICES", "mig/config"), ("NVIDIA_MIG_MONITOR_DEVICES", "mig/monitor")];

    private const string Minors = "driver/nvidia-caps/mig-minors";

    /// <exception cref="GpuRuntimeException"><see cref="ErrorCode.RequestInvalid"/>, <see cref="ErrorCode.DeviceNodeMissing"/>.</exception>
    public static IEnumerable<DeviceNode> Nodes(VendorGrant grant, IHostRoot host, NvidiaNodes nodes)
    {
        foreach (var (variable, capability) in Kinds)
        {
            if (grant.Request.AcceptedEnvironment[variable] is not { Length: > 0 } value || value == "void")
                continue;
            if (value != "all")
                throw new GpuRuntimeException(ErrorCode.RequestInvalid, $"{variable}: {PrintableText.Quote(value)} is not all, the one value that it takes.");
            if (!grant.Request.Privileged)
                throw new GpuRuntimeException(ErrorCode.RequestInvalid, $"{variable}=all gives rights over every container's MIG devices and needs a privileged container (CAP_SYS_ADMIN); start it with --privileged or without the variable.");
            if (grant.Request.Selectors.Any(selector => selector.NamesMigDevice))
                throw new GpuRuntimeException(ErrorCode.RequestInvalid, $"{variable}=all and a named MIG device ({grant.Request.Source}) exclude each other; ask for whole GPUs.");
            yield return NvidiaEdits.Registered(MigDiscovery.Node(host, nodes, capability), host);
            foreach (var node in InstancesToCome(grant.Gpus, host, nodes))
                yield return node;
        }
    }

    // Whoever divides a GPU opens instances that are not there yet. The driver lists the number of every one that could be (gpu0/gi7/ci0/access 67).
    private static IEnumerable<DeviceNode> InstancesToCome(ImmutableArray<Gpu> gpus, IHostRoot host, NvidiaNodes nodes)
    {
        var beginnings = gpus.SelectMany(gpu => gpu.DeviceNodes).Select(node => string.Create(CultureInfo.InvariantCulture, $"gpu{node.Minor}/")).ToList();
        foreach (var line in (host.ReadText(HostTree.Proc, Minors) ?? "").Split('\n'))
        {
            if (beginnings.Exists(beginning => line.StartsWith(beginning, StringComparison.Ordinal))
                && uint.TryParse(line.AsSpan(line.LastIndexOf(' ') + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var minor))
                // The container's alone: the host makes its own when there is something to open.
                yield return NvidiaEdits.Registered(nodes.Capability(minor, NvidiaNodes.CapabilityMode), host) with { MissingOnHost = false };
        }
    }
}

using System.Collections.Immutable;

namespace GpuRuntime.Core.Monitoring.Attribution;

/// <summary>What the kubelet has given a container of a pod.</summary>
/// <param name="Devices">Ids as a device plugin chose them, and qualified names of CDI devices.</param>
public sealed record PodDevices(string Namespace, string Pod, string Container, ImmutableArray<string> Devices);

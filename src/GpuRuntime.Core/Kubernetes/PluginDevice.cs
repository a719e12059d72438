using GpuRuntime.Core.Allocation;

namespace GpuRuntime.Core.Kubernetes;

/// <summary>One device of a resource, as the kubelet counts it: a unit, a share of one, or a GiB of its memory.</summary>
/// <param name="Id">At most 63 characters; the same for as long as the unit is there, whatever else comes and goes.</param>
/// <param name="Unit">What it is, or is a part of.</param>
public sealed record PluginDevice(string Id, HeldUnit Unit);

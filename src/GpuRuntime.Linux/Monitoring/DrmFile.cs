using GpuRuntime.Core.Monitoring;

namespace GpuRuntime.Linux.Monitoring;

/// <summary>An open file of a DRM device.</summary>
/// <param name="Path">Where it is described, in the tree of processes: <c>17/fdinfo/5</c>.</param>
/// <param name="Client">What it told when it was found.</param>
public sealed record DrmFile(string Path, DrmClient Client);

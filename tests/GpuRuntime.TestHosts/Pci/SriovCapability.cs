using System.Collections.Immutable;

namespace GpuRuntime.TestHosts;

/// <param name="TotalVfs">What sriov_totalvfs says.</param>
/// <param name="NumVfs">What sriov_numvfs says.</param>
/// <param name="VirtualFunctions">Addresses that virtfn0, virtfn1 and so on lead to.</param>
internal sealed record SriovCapability(int TotalVfs, int NumVfs, ImmutableArray<string> VirtualFunctions);

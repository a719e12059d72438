using System.Collections.Immutable;
using GpuRuntime.TestHosts;

namespace GpuRuntime.EndToEnd.Tests.Vendors;

/// <summary>The hosts that the rows run on, by name.</summary>
internal static class VendorHosts
{
    public const string Mi210Pair = "mi210-pair";
    public const string AmdAndIntel = "amd-and-intel";
    public const string ThreeVendors = "three-vendors";
    public const string IntelArcAndIgpu = "intel-arc-and-igpu";
    public const string PartitionedMi300 = "partitioned-mi300";
    public const string Mi300OnCapture = "mi300x8-cpx";

    public static readonly ImmutableArray<string> Captured =
        ["amd-phoenix-apu", "mi210x8", Mi300OnCapture, "mix-amd-intel-nvidia", "mix-apu-dgpu-amd", "vega10x2-nodomain"];

    public static readonly ImmutableArray<string> Simulated = [Mi210Pair, PartitionedMi300, IntelArcAndIgpu, ThreeVendors];

    /// <exception cref="TestResourceUnavailableException">A captured host's archive is not on this machine.</exception>
    public static TestMachine Open(string name, string lowLevelRuntime) =>
        Captured.Contains(name) ? TestMachine.Open(name, lowLevelRuntime) : TestMachine.Create(Options(name), lowLevelRuntime);

    private static SimulatedHostOptions Options(string name) => name == AmdAndIntel ? ReadyHosts.ThreeVendors with { Nvidia = null } : ReadyHosts.ByName[name];
}

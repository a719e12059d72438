using System.Collections.Immutable;
using GpuRuntime.TestHosts;

namespace GpuRuntime.Security.Tests.Containers;

/// <summary>Bundles with the hooks of three specifications, each for a vendor's GPUs of one host.</summary>
public abstract class ThreeVendorHookFixture() : HookFixture(HookVerb.Cdi)
{
    /// <summary>Lists the links of GPUs, one a line.</summary>
    private protected static readonly HookRequest ListingLinks = HookRequest.Of(
        HookImage.Busybox, "sh", "-c", """cd /dev/dri/by-path && for link in *; do echo "$link -> $(/busybox readlink "$link")"; done""");

    private protected override ImmutableArray<string> Vendors => ["nvidia", "amd", "intel"];

    private protected override string DriverVersion => Mixed.DriverVersion!;

    private SimulatedHost Mixed => ((MixedMachine)Machine).Host;

    /// <summary>The links of every GPU, as they are listed.</summary>
    private protected IEnumerable<string> Links =>
    [
        .. Mixed.NvidiaGpus.SelectMany(static gpu => LinksOf(gpu.PciAddress, gpu.CardNumber, gpu.RenderNumber)),
        .. Mixed.AmdPartitions.SelectMany(static partition => LinksOf(partition.Gpu.PciAddress, partition.CardNumber, partition.RenderNumber)),
        .. Mixed.IntelGpus.SelectMany(static gpu => LinksOf(gpu.PciAddress, gpu.CardNumber, gpu.RenderNumber)),
    ];

    private protected override TestMachine CreateMachine(string lowLevelRuntime) => TestMachine.Create(ReadyHosts.ThreeVendors, lowLevelRuntime);

    private static IEnumerable<string> LinksOf(string address, int? card, int? render) => [$"pci-{address}-card -> ../card{card}", $"pci-{address}-render -> ../renderD{render}"];
}

using GpuRuntime.TestHosts;

namespace GpuRuntime.Core.Tests.Vendors;

/// <summary>
/// /dev/dri/by-path: Intel's compute runtime uses nothing but what is there, so that it has to hold the injected GPUs, exactly, under the names
/// that udev gives them.
/// </summary>
public sealed class ByPathLinkTests : MixedMachineFixture
{
    private protected override SimulatedHostOptions Options => ReadyHosts.IntelArcAndIgpu with
    {
        Amd = [new SimulatedAmdGpu { PciAddress = "0000:43:00.0", DeviceId = "0x74a1", CardNumber = 7, RenderNumber = 140, Partitions = 3 }],
        ByPathExtras =
        [
            ByPathLink.FirmwareFramebuffer("0000:0b:00.0", 2),
            new ByPathLink("pci-0000:0b:00.0-render-old", "../renderD128"),
            new ByPathLink("pci-0000:0b:00.01-card", "../card1"),
            new ByPathLink("platform-amdgpu_xcp_0-render", "../renderD141"),
        ],
    };

    [TestCase("intel:1", "pci-0000:0b:00.0-card ../card2, pci-0000:0b:00.0-render ../renderD128")]
    [TestCase("intel:0", "pci-0000:00:02.0-card ../card1, pci-0000:00:02.0-render ../renderD129")]
    [TestCase("intel:0,intel:1", "pci-0000:00:02.0-card ../card1, pci-0000:00:02.0-render ../renderD129, pci-0000:0b:00.0-card ../card2, pci-0000:0b:00.0-render ../renderD128")]
    [TestCase("intel:1,amd:0", "pci-0000:43:00.0-card ../card7, pci-0000:43:00.0-render ../renderD140, pci-0000:0b:00.0-card ../card2, pci-0000:0b:00.0-render ../renderD128")]
    [TestCase("intel:1,0000:0b:00.0", "pci-0000:0b:00.0-card ../card2, pci-0000:0b:00.0-render ../renderD128")]
    [TestCase("amd:1,amd:2", "")]
    public void It_holds_the_injected_GPUs_and_nothing_else(string request, string expected) => Assert.That(Links($"GPU_RUNTIME_GPUS=device={request}"), Is.EqualTo(expected));

    [Test]
    public void All_of_them_are_the_hosts_links_but_for_those_that_are_no_function()
    {
        var addresses = Host.IntelGpus.Select(gpu => gpu.PciAddress).Concat(Host.AmdGpus.Select(gpu => gpu.PciAddress)).ToList();
        var own = Directory.GetFileSystemEntries(Path.Combine(Host.DevRoot, "dri/by-path")).Select(Path.GetFileName)
            .Where(name => addresses.Exists(address => name == $"pci-{address}-card" || name == $"pci-{address}-render"));

        Assert.That(Machine.Plan("GPU_RUNTIME_GPUS=all")!.Symlinks.Select(link => Path.GetFileName(link.Path)), Is.EquivalentTo(own));
    }

    private string Links(string request) => string.Join(", ", Machine.Plan(request)!.Symlinks.Select(link =>
    {
        Assert.That(link.Path, Does.StartWith("/dev/dri/by-path/"));
        return $"{Path.GetFileName(link.Path)} {link.Target}";
    }));
}

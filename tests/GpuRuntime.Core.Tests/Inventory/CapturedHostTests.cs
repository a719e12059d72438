using System.Collections.Immutable;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Core.Vendors.Nvidia;
using GpuRuntime.Linux.Paths;
using GpuRuntime.TestHosts;

namespace GpuRuntime.Core.Tests.Inventory;

/// <summary>Hosts captured from real hardware.</summary>
public sealed class CapturedHostTests
{
    [Test]
    public void NVIDIAs_card_is_found_among_those_of_other_vendors()
    {
        using var directory = new TemporaryDirectory();
        var host = Open("mix-amd-intel-nvidia", directory);
        var gpu = Discover(host).Single();
        var expected = host.Expected.RootElement.GetProperty("gpus").EnumerateArray().Single(entry => entry.GetProperty("driver").GetString() == "nvidia");

        using (Assert.EnterMultipleScope())
        {
            Assert.That(gpu.PciAddress.ToString(), Is.EqualTo(expected.GetProperty("addr").GetString()));
            Assert.That(gpu.Name, Is.EqualTo("NVIDIA GeForce RTX 4080"));
            Assert.That(gpu.Uuid, Is.EqualTo("GPU-00000000-1111-2222-3333-444444444400"));
            Assert.That(gpu.DriverVersion, Is.EqualTo("590.48.01"));
            Assert.That(gpu.DeviceNodes.Select(node => $"{node.Path} {node.Major}:{node.Minor}"), Is.EqualTo((string[])["/dev/nvidia0 195:0"]));
            Assert.That(gpu.DrmNodes.Select(node => node.Path), Is.EqualTo(expected.GetProperty("nodes").EnumerateArray().Select(node => node.GetString())));
            Assert.That(gpu.DrmNodes.Select(node => $"{node.Minor} {node.Gid}"), Is.EqualTo((string[])["2 44", "130 110"]));
        }
    }

    [TestCase("mi210x8")]
    [TestCase("mix-apu-dgpu-amd")]
    [TestCase("noamd")]
    public void A_host_without_NVIDIAs_driver_has_no_GPU_of_NVIDIA(string name)
    {
        using var directory = new TemporaryDirectory();

        Assert.That(Discover(Open(name, directory)), Is.Empty);
    }

    private static CapturedHost Open(string name, TemporaryDirectory directory)
    {
        try
        {
            return CapturedHost.Open(name, directory.Combine(name));
        }
        catch (TestResourceUnavailableException unavailable)
        {
            Assert.Ignore(unavailable.Reason);
            throw;
        }
    }

    private static ImmutableArray<Gpu> Discover(CapturedHost host)
    {
        using var root = new LinuxHostRoot(ConfigurationFile.Load(host.ConfigPath).Values);
        return NvidiaDiscovery.Discover(root);
    }
}

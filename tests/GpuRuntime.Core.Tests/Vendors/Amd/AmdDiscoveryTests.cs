using GpuRuntime.Core.Tests.Inventory;
using GpuRuntime.Core.Tests.Selection;
using GpuRuntime.TestHosts;

namespace GpuRuntime.Core.Tests.Vendors.Amd;

/// <summary>What counts as a GPU of AMD's, on hosts with the oddities that were seen.</summary>
public sealed class AmdDiscoveryTests
{
    private const string First = "0000:43:00.0";
    private const string Second = "0000:c3:00.0";

    [Test]
    public void The_order_is_that_of_PCI_addresses_though_KFD_and_DRM_have_others()
    {
        using var machine = MixedMachine.Create(ReadyHosts.ApuBesideCard);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(machine.Each(gpu => gpu.PciAddress), Is.EqualTo("0000:03:00.0 0000:c1:00.0"));
            Assert.That(machine.Each(gpu => gpu.HipIndex), Is.EqualTo("1 0"));
            Assert.That(machine.Each(gpu => gpu.RenderMinor), Is.EqualTo("129 128"));
        }
    }

    [Test]
    public void A_domain_of_five_digits_comes_last_and_is_a_name_like_any_other()
    {
        using var machine = MixedMachine.Create(new SimulatedHostOptions
        {
            Kfd = new KfdOptions { ReversedNodes = true },
            Amd = [Gpu("10000:01:00.0", 0, 128), Gpu("0002:01:00.0", 1, 129), Gpu("0000:01:00.0", 2, 130)],
        });

        using (Assert.EnterMultipleScope())
        {
            Assert.That(machine.Each(gpu => gpu.PciAddress), Is.EqualTo("0000:01:00.0 0002:01:00.0 10000:01:00.0"));
            Assert.That(machine.Each(gpu => gpu.HipIndex), Is.EqualTo("2 1 0"));
            Assert.That(machine.Gpus.Selected("10000:01:00.0"), Is.EqualTo("amd:2"));
            Assert.That(machine.Plan("AMD_VISIBLE_DEVICES=10000:01:00.0")!.Symlinks.Select(link => link.Path), Does.Contain("/dev/dri/by-path/pci-10000:01:00.0-render"));
        }
    }

    [Test]
    public void A_kernel_that_prints_no_domain_keeps_none_from_computing()
    {
        using var machine = MixedMachine.Create(new SimulatedHostOptions
        {
            Kfd = new KfdOptions { OmitsDomain = true },
            Amd = [Gpu("0000:01:00.0", 0, 128), Gpu("0001:01:00.0", 1, 129)],
        });

        Assert.That(machine.Each(gpu => gpu.HasCompute), Is.EqualTo("True True"));
    }

    // Kernels before drm_render_minor tell the place on the bus alone.
    [Test]
    public void A_kernel_that_prints_no_render_node_is_asked_for_the_place_on_the_bus()
    {
        using var machine = MixedMachine.Create(ReadyHosts.Mi210Pair);
        foreach (var properties in Directory.GetFiles(machine.Host.SysRoot + "/class/kfd/kfd/topology/nodes", "properties", SearchOption.AllDirectories))
            File.WriteAllLines(properties, File.ReadLines(properties).Where(line => !line.StartsWith("drm_render_minor", StringComparison.Ordinal)).ToArray());

        Assert.That(machine.Each(gpu => gpu.HipIndex), Is.EqualTo("1 0"));
    }

    [Test]
    public void The_boards_controller_and_display_outputs_are_no_GPUs_and_no_nodes()
    {
        using var machine = MixedMachine.Create(ReadyHosts.Mi210Pair);
        foreach (var name in "card2-HDMI-A-1 controlD66 renderD card card2x renderD128.old".Split(' '))
            Directory.CreateDirectory(machine.PciPath(First, $"drm/{name}"));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(machine.Each(gpu => gpu.Id), Is.EqualTo("amd:0 amd:1"));
            Assert.That(machine.Nodes("AMD_VISIBLE_DEVICES=all"), Is.EqualTo("/dev/dri/card2 /dev/dri/renderD128 /dev/kfd /dev/dri/card1 /dev/dri/renderD129".Split(' ')));
        }
    }

    [Test]
    public void A_GPU_whose_driver_failed_to_start_is_not_offered()
    {
        using var machine = MixedMachine.Create(ReadyHosts.Mi210Pair);
        Directory.Delete(machine.PciPath(First, "drm"), recursive: true);

        Assert.That(machine.Each(gpu => $"{gpu.Id} {gpu.PciAddress}"), Is.EqualTo($"amd:0 {Second}"));
    }

    [Test]
    public void A_GPU_that_went_to_virtual_machines_is_not_offered()
    {
        using var machine = MixedMachine.Create(ReadyHosts.Mi210Pair with
        {
            OtherFunctions = [new OtherFunction { PciAddress = "0000:0b:00.0", VendorId = "0x1002", DeviceId = "0x740f", Class = "0x038000", Driver = "vfio-pci" }],
        });

        Assert.That(machine.Each(gpu => gpu.PciAddress), Is.EqualTo($"{First} {Second}"));
    }

    [Test]
    public void Files_padded_with_NULs_are_read_like_others()
    {
        using var machine = MixedMachine.Create(ReadyHosts.Mi210Pair);
        var before = machine.Gpus;
        foreach (var file in "vendor device numa_node unique_id".Split(' '))
            File.AppendAllText(machine.PciPath(First, file), new string('\0', 64));
        foreach (var properties in Directory.GetFiles(machine.Host.SysRoot + "/class/kfd/kfd/topology/nodes", "properties", SearchOption.AllDirectories))
            File.AppendAllText(properties, new string('\0', 64));

        Assert.That(InventoryListing.Of(machine.Gpus), Is.EqualTo(InventoryListing.Of(before)));
    }

    [TestCase("")]
    [TestCase("\n")]
    [TestCase("0000000000000000\n")]
    [TestCase("not a number\n")]
    public void Without_an_identifier_in_sysfs_or_KFD_a_GPU_has_no_UUID(string sysfs)
    {
        using var machine = MixedMachine.Create(new SimulatedHostOptions { Amd = [Gpu("0000:01:00.0", 0, 128)] });
        File.WriteAllText(machine.PciPath("0000:01:00.0", "unique_id"), sysfs);

        Assert.That(machine.Gpus.Single().Uuid, Is.Null);
    }

    [Test]
    public void Where_KFD_has_no_identifier_sysfs_is_asked()
    {
        using var machine = MixedMachine.Create(ReadyHosts.NoKfd);
        File.WriteAllText(machine.PciPath("0000:0d:00.0", "unique_id"), "00000000004cafe1\n");

        Assert.That(machine.Each(gpu => gpu.Uuid), Is.EqualTo("- 0x4CAFE1"));
    }

    [TestCase("sys/bus")]
    [TestCase("sys")]
    public void A_host_without_the_files_has_no_GPU(string directory)
    {
        using var machine = MixedMachine.Create(ReadyHosts.Mi210Pair);
        Directory.Delete(Path.Combine(machine.Host.Directory, directory), recursive: true);

        Assert.That(machine.Gpus, Is.Empty);
    }

    private static SimulatedAmdGpu Gpu(string address, int card, int render) => new() { PciAddress = address, DeviceId = "0x744c", CardNumber = card, RenderNumber = render };
}

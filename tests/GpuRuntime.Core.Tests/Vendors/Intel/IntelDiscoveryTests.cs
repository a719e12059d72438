using GpuRuntime.Core.Errors;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Core.Tests.Selection;
using GpuRuntime.TestHosts;

namespace GpuRuntime.Core.Tests.Vendors.Intel;

/// <summary>The hosts that the tests of Intel's own device plugin know, and some that it was told of in issues.</summary>
public sealed class IntelDiscoveryTests
{
    private static readonly SimulatedIntelGpu Integrated = new()
    {
        PciAddress = SimulatedIntelGpu.IntegratedAddress,
        DeviceId = "0x4680",
        Driver = "i915",
        CardNumber = 1,
        RenderNumber = 128,
    };

    private static readonly SimulatedIntelGpu Arc = new() { PciAddress = "0000:0b:00.0", DeviceId = "0xe20b", Driver = "xe", CardNumber = 2, RenderNumber = 129 };

    private static readonly SimulatedIntelGpu SecondArc = Arc with { PciAddress = "0000:08:00.0", CardNumber = 0, RenderNumber = 130 };

    [Test]
    public void One_GPU_of_i915() => Finds("intel:0 0000:00:02.0 i915 8086:4680 card1 renderD128", Integrated);

    [Test]
    public void One_GPU_of_xe() => Finds("intel:0 0000:0b:00.0 xe 8086:e20b card2 renderD129", Arc);

    [Test]
    public void Two_GPUs_of_xe_in_the_order_of_their_addresses() =>
        Finds("intel:0 0000:08:00.0 xe 8086:e20b card0 renderD130, intel:1 0000:0b:00.0 xe 8086:e20b card2 renderD129", Arc, SecondArc);

    [Test]
    public void One_GPU_of_each_driver() =>
        Finds("intel:0 0000:00:02.0 i915 8086:4680 card1 renderD128, intel:1 0000:0b:00.0 xe 8086:e20b card2 renderD129", Arc, Integrated);

    // A framebuffer of the firmware's took card0 and went.
    [TestCase(1, 128)]
    [TestCase(1, 129)]
    [TestCase(0, 191)]
    public void Card_and_render_node_are_paired_whatever_their_numbers(int card, int render) =>
        Finds($"intel:0 0000:00:02.0 i915 8086:4680 card{card} renderD{render}", Integrated with { CardNumber = card, RenderNumber = render });

    [Test]
    public void A_GPU_without_a_display_has_a_render_node_alone() => Finds("intel:0 0000:00:02.0 i915 8086:4680 card1", Integrated with { RenderNumber = null });

    [TestCase(null)]
    [TestCase("vfio-pci")]
    public void A_GPU_that_no_graphics_driver_has_is_not_offered(string? driver) => Finds("", Arc with { Driver = driver, CardNumber = null, RenderNumber = null });

    [Test]
    public void A_GPU_whose_driver_failed_to_start_is_not_offered() => Finds("", Arc with { CardNumber = null, RenderNumber = null });

    [TestCase("0x1a03", "ast")]
    [TestCase("0x8087", "ast")]
    [TestCase("0x8086", "ast")]
    [TestCase("0x10de", "nouveau")]
    public void Cards_of_other_drivers_are_not_Intels(string vendor, string driver)
    {
        var card = new OtherFunction { PciAddress = "0000:0b:00.0", VendorId = vendor, DeviceId = "0x2000", Class = "0x030000", Driver = driver, CardNumber = 1, RenderNumber = 128 };
        using var machine = MixedMachine.Create(new SimulatedHostOptions { OtherFunctions = [card] });

        Assert.That(machine.Gpus, Is.Empty);
    }

    [Test]
    public void A_host_without_a_device_says_so()
    {
        using var machine = MixedMachine.Create(ReadyHosts.NoGpu);

        Assert.That(Refusal.Of(ErrorCode.NoGpu, () => machine.Plan("INTEL_VISIBLE_DEVICES=all")), Does.Contain("no Intel GPU"));
    }

    [Test]
    public void A_host_without_sysfs_has_no_device()
    {
        using var machine = MixedMachine.Create(ReadyHosts.IntelArcAndIgpu);
        Directory.Delete(machine.Host.SysRoot, recursive: true);

        Assert.That(machine.Gpus, Is.Empty);
    }

    // Intel's plugin offers what is left of such a GPU.
    [TestCase("dri/card2")]
    [TestCase("dri/renderD128")]
    public void A_node_that_dev_lacks_fails_the_create_with_a_cure(string missing)
    {
        using var machine = MixedMachine.Create(ReadyHosts.IntelArcAndIgpu with { MissingNodes = [missing] });

        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                Refusal.Of(ErrorCode.DeviceNodeMissing, () => machine.Plan("INTEL_VISIBLE_DEVICES=1")),
                Does.Contain(missing).And.Contain("intel:1 (0000:0b:00.0)").And.Contain("driver xe").And.Contain("udevadm trigger"));
            Assert.That(machine.Nodes("INTEL_VISIBLE_DEVICES=0"), Is.Not.Empty);
        }
    }

    [Test]
    public void The_one_at_the_processors_place_is_integrated()
    {
        using var machine = MixedMachine.Create(ReadyHosts.IntelArcAndIgpu);

        Assert.That(machine.Each(gpu => gpu.IsIntegrated), Is.EqualTo("True False"));
    }

    [TestCase("all", "intel:0 intel:1")]
    [TestCase("0", "intel:0")]
    [TestCase("0-1,1", "intel:0 intel:1")]
    [TestCase("0000:0b:00.0", "intel:1")]
    [TestCase("0B:00.0, 0000:00:02.0", "intel:0 intel:1")]
    [TestCase("intel:1", "intel:1")]
    public void The_variable_names_GPUs_as_AMDs_does(string value, string expected)
    {
        using var machine = MixedMachine.Create(ReadyHosts.IntelArcAndIgpu);

        Assert.That(machine.Gpus.SelectedBy($"INTEL_VISIBLE_DEVICES={value}"), Is.EqualTo(expected));
    }

    [TestCase("none")]
    [TestCase("void")]
    [TestCase("")]
    public void These_words_ask_for_nothing(string value)
    {
        using var machine = MixedMachine.Create(ReadyHosts.IntelArcAndIgpu);

        Assert.That(machine.Plan($"INTEL_VISIBLE_DEVICES={value}"), Is.Null);
    }

    private static void Finds(string expected, params SimulatedIntelGpu[] gpus)
    {
        using var machine = MixedMachine.Create(new SimulatedHostOptions { Intel = [.. gpus] });

        Assert.That(string.Join(", ", machine.Gpus.Select(gpu => $"{gpu.Id} {gpu.PciAddress} {gpu.Driver} {gpu.PciId} {Nodes(gpu)}")), Is.EqualTo(expected));
    }

    private static string Nodes(Gpu gpu) => string.Join(' ', gpu.DrmNodes.Select(node => Path.GetFileName(node.Path)));
}

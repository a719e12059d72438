using System.Collections.Immutable;
using GpuRuntime.TestHosts;

namespace GpuRuntime.EndToEnd.Tests.Rows;

/// <summary>gpu-runtime check on hosts with Intel's GPUs: drivers, virtual functions, and what the IOMMU binds together.</summary>
public sealed class CheckIntelRows : BundleFixture
{
    private const string Arc = "0000:0b:00.0";
    private const string Physical = "0000:4d:00.0";
    private const string SecondFunction = "0000:4d:00.2";

    [Test]
    public async Task A_card_beside_the_processors_GPU_is_all_well_and_says_how_to_ask_for_the_card_alone()
    {
        await using var scene = VendorScene.Create(ReadyHosts.IntelArcAndIgpu);

        var findings = await scene.CheckAsync();

        Assert.That(CheckCommandRows.Problems(findings), Is.Empty);
        Assert.That(findings.Select(static finding => finding.ToString()), Is.SupersetOf((string[])
        [
            "intel:0: Intel GPU 8086:4680 at 0000:00:02.0, driver i915, no UUID (name it by its PCI address)",
            "intel:1: Intel GPU 8086:e20b at 0000:0b:00.0, driver xe, no UUID (name it by its PCI address)",
            "integrated GPU: intel:0: part of the processor, which GPU_RUNTIME_GPUS=all gives too; GPU_RUNTIME_GPUS=device=0000:0b:00.0 gives what is on a card alone",
            "intel nodes: 4 there, for the groups 44 and 110, which a container's processes are put into",
        ]));
    }

    [Test]
    public async Task A_card_without_a_driver_is_told_what_to_load()
    {
        await using var scene = VendorScene.Create(ReadyHosts.IntelArcAndIgpu);
        scene.Bind(Arc, null);

        var problem = CheckCommandRows.Problems(await scene.CheckAsync()).Single();

        Assert.That(problem.Topic, Is.EqualTo($"pci {Arc}"));
        Assert.That(problem.What, Is.EqualTo("Intel GPU with no driver bound"));
        Assert.That(problem.Cure, Does.Contain("modprobe xe").And.Contain("i915").And.Contain("dmesg"));
    }

    [Test]
    public async Task A_driver_that_is_bound_and_has_no_DRM_device_failed_to_start()
    {
        await using var scene = VendorScene.Create(ReadyHosts.IntelArcAndIgpu);
        scene.RemoveDrmDevice(Arc);

        var problem = CheckCommandRows.Problems(await scene.CheckAsync()).Single();

        Assert.That(problem.ToString(), Does.StartWith($"pci {Arc}: Intel GPU: xe is bound and has registered no DRM device for it -> It failed to start: see dmesg for xe lines"));
    }

    [Test]
    public async Task A_missing_render_node_is_made_by_udevadm()
    {
        await using var scene = VendorScene.Create(ReadyHosts.IntelArcAndIgpu with { MissingNodes = ["dri/renderD128"] });

        var problem = CheckCommandRows.Problems(await scene.CheckAsync()).Single();

        Assert.That(problem.Topic, Is.EqualTo("intel nodes"));
        Assert.That(problem.What, Does.Contain(scene.Node("dri/renderD128")).And.Contain("intel:1").And.Contain("xe has registered them"));
        Assert.That(problem.Cure, Does.Contain("udevadm trigger"));
    }

    [TestCase("0x120000", "intel_vpu")]
    [TestCase("0x118000", null)]
    public async Task A_processors_accelerator_for_neural_networks_is_no_GPU(string deviceClass, string? driver)
    {
        var accelerator = new OtherFunction { PciAddress = "0000:00:0b.0", VendorId = "0x8086", DeviceId = "0x7d1d", Class = deviceClass, Driver = driver };
        await using var scene = VendorScene.Create(ReadyHosts.IntelArcAndIgpu with { OtherFunctions = [accelerator] });

        Assert.That((await scene.CheckAsync()).Select(static finding => finding.Topic), Has.None.EqualTo("pci 0000:00:0b.0"));
    }

    [Test]
    public async Task A_physical_function_says_how_it_is_given_and_a_virtual_one_without_a_driver_how_to_bind_it()
    {
        await using var scene = VendorScene.Create(ReadyHosts.IntelSriov);

        var findings = await scene.CheckAsync();

        Assert.That(CheckCommandRows.One(findings, "sr-iov").What, Is.EqualTo(
            "intel:0 at 0000:4d:00.0 shares itself out through 2 virtual functions: containers get it only by its name or address, not with all or a count"));
        Assert.That(CheckCommandRows.One(findings, "intel:1").What, Does.Contain("0000:4d:00.1 (virtual function)"));
        var problem = CheckCommandRows.Problems(findings).Single();
        Assert.That(problem.Topic, Is.EqualTo($"pci {SecondFunction}"));
        Assert.That(problem.What, Is.EqualTo($"Virtual function of Intel GPU {Physical} with no driver bound"));
        Assert.That(problem.Cure, Does.StartWith($"echo {SecondFunction} > {Path.Combine(scene.Host.SysRoot, "bus/pci/drivers/xe/bind")}"));
    }

    [Test]
    public async Task A_virtual_function_without_a_quota_is_told_the_file_to_write()
    {
        await using var scene = VendorScene.Create(Sriov([4UL << 30, 0]));

        var problem = CheckCommandRows.Problems(await scene.CheckAsync()).Single();

        Assert.That(problem.Topic, Is.EqualTo($"pci {SecondFunction}"));
        Assert.That(problem.What, Is.EqualTo("Virtual function of intel:0 without device memory: its quota is 0"));
        Assert.That(problem.Cure, Does.Contain(Path.Combine(scene.Function(Physical), "sriov_admin/vf2/profile/vram_quota")));
    }

    [Test]
    public async Task A_kernel_that_tells_no_quotas_is_no_problem()
    {
        await using var scene = VendorScene.Create(Sriov([]));

        Assert.That(CheckCommandRows.Problems(await scene.CheckAsync()), Is.Empty);
    }

    [Test]
    public async Task Quotas_of_virtual_functions_that_are_not_enabled_do_not_count()
    {
        await using var scene = VendorScene.Create(Sriov([4UL << 30, 4UL << 30, 0, 0]));

        Assert.That(CheckCommandRows.Problems(await scene.CheckAsync()), Is.Empty);
    }

    [TestCase("vfio-pci")]
    [TestCase("xe-vfio-pci")]
    public async Task A_virtual_function_for_virtual_machines_is_no_problem(string driver)
    {
        await using var scene = VendorScene.Create(Sriov([4UL << 30, 0]));
        scene.Bind(SecondFunction, driver);

        var findings = await scene.CheckAsync();

        Assert.That(CheckCommandRows.Problems(findings), Is.Empty);
        Assert.That(CheckCommandRows.One(findings, $"pci {SecondFunction}").What, Is.EqualTo($"Virtual function of Intel GPU {Physical} handed to virtual machines ({driver})"));
        Assert.That(CheckCommandRows.One(findings, "sr-iov").What, Does.Contain("2 virtual functions, 1 of them for virtual machines"));
    }

    [Test]
    public async Task A_card_that_shares_its_IOMMU_group_with_a_device_for_virtual_machines_is_a_problem()
    {
        await using var scene = VendorScene.Create(Grouped("0000:0c:00.0"));

        var problem = CheckCommandRows.Problems(await scene.CheckAsync()).Single();

        Assert.That(problem.Topic, Is.EqualTo("iommu group 17"));
        Assert.That(problem.What, Does.StartWith("intel:1 at 0000:0b:00.0 shares it with 0000:0c:00.0 (vfio-pci)"));
        Assert.That(problem.Cure, Does.Contain("whole group").And.Contain("ACS"));
    }

    [TestCase("0000:0b:00.1", 17)]
    [TestCase("0000:0c:00.0", 18)]
    public async Task A_cards_own_functions_and_other_groups_are_no_problem(string address, int group)
    {
        await using var scene = VendorScene.Create(Grouped(address, group));

        var findings = await scene.CheckAsync();

        Assert.That(CheckCommandRows.Problems(findings), Is.Empty);
        Assert.That(CheckCommandRows.One(findings, "iommu groups").What, Is.EqualTo("No GPU is in a group with a device that is handed to virtual machines"));
    }

    [Test]
    public async Task A_host_that_hands_nothing_to_virtual_machines_hears_nothing_of_groups()
    {
        await using var scene = VendorScene.Create(Grouped("0000:0c:00.0", driver: "nvme"));

        Assert.That((await scene.CheckAsync()).Where(static finding => finding.Topic.StartsWith("iommu", StringComparison.Ordinal)), Is.Empty);
    }

    // Both virtual functions have a driver.
    private static SimulatedHostOptions Sriov(ImmutableArray<ulong> quotas)
    {
        var gpus = ReadyHosts.IntelSriov.Intel;
        return ReadyHosts.IntelSriov with
        {
            Intel = [gpus[0] with { VramQuotas = quotas }, gpus[1], gpus[2] with { Driver = "xe", CardNumber = 3, RenderNumber = 130 }],
        };
    }

    // The card in group 17, with another device of the host.
    private static SimulatedHostOptions Grouped(string other, int group = 17, string driver = "vfio-pci")
    {
        var gpus = ReadyHosts.IntelArcAndIgpu.Intel;
        return ReadyHosts.IntelArcAndIgpu with
        {
            Intel = [gpus[0], gpus[1] with { IommuGroup = 17 }],
            OtherFunctions = [new OtherFunction { PciAddress = other, VendorId = "0x144d", DeviceId = "0xa80a", Class = "0x010802", Driver = driver, IommuGroup = group }],
        };
    }
}

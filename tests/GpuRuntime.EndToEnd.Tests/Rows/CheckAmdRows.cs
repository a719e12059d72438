using GpuRuntime.TestHosts;

namespace GpuRuntime.EndToEnd.Tests.Rows;

/// <summary>gpu-runtime check on hosts with AMD's GPUs.</summary>
public sealed class CheckAmdRows : BundleFixture
{
    private const string Card = "0000:43:00.0";
    private const UnixFileMode OwnerReadWrite = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode GroupReadWrite = OwnerReadWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite;

    [Test]
    public async Task A_host_with_everything_in_its_place_is_all_well()
    {
        await using var scene = VendorScene.Create(ReadyHosts.Mi210Pair);

        var findings = await scene.CheckAsync();

        Assert.That(CheckCommandRows.Problems(findings), Is.Empty);
        Assert.That(findings.Select(static finding => finding.ToString()), Is.SupersetOf((string[])
        [
            "amd:0: AMD INSTINCT MI210 at 0000:43:00.0, driver amdgpu, 0xA4CE1B7C05F2D96",
            "amd:1: AMD INSTINCT MI210 at 0000:c3:00.0, driver amdgpu, 0x93D04F5518A6BE1C",
            "amd nodes: 5 there, for the groups 44 and 110, which a container's processes are put into",
        ]));
        Assert.That(findings.Select(static finding => finding.Topic), Has.None.AnyOf("amd compute", "amd partitions", "iommu groups", "sr-iov", "integrated GPU", "GPUs"));
    }

    [Test]
    public async Task A_card_without_a_driver_is_told_what_to_load_and_to_install()
    {
        await using var scene = VendorScene.Create(ReadyHosts.Mi210Pair);
        scene.Bind(Card, null);

        var findings = await scene.CheckAsync();

        var problem = CheckCommandRows.Problems(findings).Single();
        Assert.That(problem.Topic, Is.EqualTo($"pci {Card}"));
        Assert.That(problem.What, Is.EqualTo("AMD GPU with no driver bound"));
        Assert.That(problem.Cure, Does.Contain("modprobe amdgpu").And.Contain("firmware-amd-graphics").And.Contain("amdgpu-dkms").And.Contain("dmesg"));
        Assert.That(CheckCommandRows.One(findings, "amd:0").What, Does.Contain("0000:c3:00.0"));
    }

    [Test]
    public async Task A_driver_that_is_bound_and_has_no_DRM_device_failed_to_start()
    {
        await using var scene = VendorScene.Create(ReadyHosts.Mi210Pair);
        scene.RemoveDrmDevice(Card);

        var problem = CheckCommandRows.Problems(await scene.CheckAsync()).Single();

        Assert.That(problem.ToString(), Does.StartWith($"pci {Card}: AMD GPU: amdgpu is bound and has registered no DRM device for it -> It failed to start: see dmesg"));
    }

    [TestCase("vfio-pci", "AMD GPU handed to virtual machines (vfio-pci)", null)]
    [TestCase("pci-stub", "AMD GPU bound to pci-stub", "Bind it to amdgpu")]
    public async Task A_card_of_another_driver_is_named_with_it(string driver, string what, string? cure)
    {
        await using var scene = VendorScene.Create(ReadyHosts.Mi210Pair);
        scene.Bind(Card, driver);

        Assert.That(CheckCommandRows.One(await scene.CheckAsync(), $"pci {Card}"), Is.EqualTo(new CheckFinding($"pci {Card}", what, cure)));
    }

    [Test]
    public async Task Missing_DRM_nodes_are_made_by_udevadm()
    {
        await using var scene = VendorScene.Create(ReadyHosts.Mi210Pair with { MissingNodes = ["dri/card2", "dri/renderD128"] });

        var problem = CheckCommandRows.Problems(await scene.CheckAsync()).Single();

        Assert.That(problem.Topic, Is.EqualTo("amd nodes"));
        Assert.That(problem.What, Does.Contain(scene.Node("dri/card2")).And.Contain(scene.Node("dri/renderD128")).And.Contain("amd:0").And.Contain("amdgpu has registered them"));
        Assert.That(problem.Cure, Does.Contain("udevadm trigger --subsystem-match=drm"));
    }

    [Test]
    public async Task A_missing_kfd_node_is_made_by_udevadm()
    {
        await using var scene = VendorScene.Create(ReadyHosts.Mi210Pair with { MissingNodes = ["kfd"] });

        var problem = CheckCommandRows.Problems(await scene.CheckAsync()).Single();

        Assert.That(problem.What, Does.Contain(scene.Node("kfd") + " missing").And.Contain("KFD has registered it (235:0)"));
        Assert.That(problem.Cure, Does.Contain("udevadm trigger --subsystem-match=kfd"));
    }

    [TestCase(0, GroupReadWrite, "cannot be opened by users other than root", "groups video and render")]
    [TestCase(110, OwnerReadWrite, "cannot be opened by users other than root", "groups video and render")]
    [TestCase(110, UnixFileMode.None, "closed to every user", "chmod 0660")]
    public async Task Nodes_that_no_group_can_open_are_a_problem(int gid, UnixFileMode mode, string what, string cure)
    {
        await using var scene = VendorScene.Create(ReadyHosts.Mi210Pair);
        await SetAccessAsync(scene.Node("dri/renderD129"), gid, mode);

        var findings = await scene.CheckAsync();

        var problem = CheckCommandRows.Problems(findings).Single();
        Assert.That(problem.Topic, Is.EqualTo("amd nodes"));
        Assert.That(problem.What, Does.StartWith(scene.Node("dri/renderD129") + " ").And.Contain(what));
        Assert.That(problem.Cure, Does.Contain(cure));
        Assert.That(findings.Single(static finding => finding is { Topic: "amd nodes", Cure: null }).What, Does.StartWith("4 there, for the groups 44 and 110"));
    }

    [Test]
    public async Task Nodes_that_are_open_to_all_need_no_group()
    {
        await using var scene = VendorScene.Create(ReadyHosts.Mi210Pair);
        foreach (var node in (string[])["kfd", "dri/card1", "dri/card2", "dri/renderD128", "dri/renderD129"])
            await SetAccessAsync(scene.Node(node), 0, GroupReadWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite);

        var findings = await scene.CheckAsync();

        Assert.That(CheckCommandRows.Problems(findings), Is.Empty);
        Assert.That(CheckCommandRows.One(findings, "amd nodes").What, Is.EqualTo("5 there, open to every user"));
    }

    [Test]
    public async Task A_kernel_without_KFD_has_graphics_only_and_needs_HSA_AMD_for_ROCm()
    {
        await using var scene = VendorScene.Create(ReadyHosts.NoKfd);

        var findings = await scene.CheckAsync();

        var problem = CheckCommandRows.Problems(findings).Single();
        Assert.That(problem.Topic, Is.EqualTo("amd compute"));
        Assert.That(problem.What, Does.StartWith("amd:0, amd:1: graphics, video and Vulkan only").And.Contain("no KFD").And.Contain(Path.Combine(scene.Host.SysRoot, "class/kfd")));
        Assert.That(problem.Cure, Does.Contain("CONFIG_HSA_AMD"));
        Assert.That(CheckCommandRows.One(findings, "amd:0").What, Is.EqualTo("AMD GPU 1002:67df at 0000:0a:00.0, driver amdgpu, no UUID (name it by its PCI address), no compute"));
    }

    [Test]
    public async Task A_card_that_KFD_does_not_know_is_no_problem_and_has_no_compute()
    {
        await using var scene = VendorScene.Create(ReadyHosts.Mi210Pair with { Amd = [ReadyHosts.Mi210Pair.Amd[0], ReadyHosts.Mi210Pair.Amd[1] with { HasKfd = false }] });

        var findings = await scene.CheckAsync();

        Assert.That(CheckCommandRows.Problems(findings), Is.Empty);
        Assert.That(CheckCommandRows.One(findings, "amd compute").What, Does.StartWith("amd:1: graphics, video and Vulkan only").And.Contain("does not know such a GPU"));
        Assert.That(CheckCommandRows.One(findings, "amd:0").What, Does.Not.Contain("no compute"));
        Assert.That(CheckCommandRows.One(findings, "amd:1").What, Does.EndWith(", no compute"));
    }

    // The kernel's files are there and cannot be read; here they are gone, which reads the same.
    [Test]
    public async Task KFD_nodes_that_this_process_may_not_read_are_told_from_cards_that_KFD_does_not_know()
    {
        await using var scene = VendorScene.Create(ReadyHosts.Mi210Pair);
        var node = scene.Host.AmdPartitions[0].KfdNode;
        File.Delete(Path.Combine(scene.Host.SysRoot, $"class/kfd/kfd/topology/nodes/{node}/properties"));

        var problem = CheckCommandRows.Problems(await scene.CheckAsync()).Single();

        Assert.That(problem.What, Does.StartWith("amd:0: compute unknown").And.Contain("may not read 1 of KFD's nodes"));
        Assert.That(problem.Cure, Does.Contain("device rules"));
    }

    [Test]
    public async Task A_card_of_the_old_driver_has_graphics_only()
    {
        await using var scene = VendorScene.Create(ReadyHosts.LegacyRadeon);

        var findings = await scene.CheckAsync();

        Assert.That(CheckCommandRows.Problems(findings), Is.Empty);
        Assert.That(CheckCommandRows.One(findings, "amd compute").What, Is.EqualTo("amd:0: graphics, video and Vulkan only, since the driver radeon has no compute"));
    }

    [Test]
    public async Task Partitions_are_counted_and_dead_slots_are_named()
    {
        await using var scene = VendorScene.Create(ReadyHosts.PartitionedMi300);
        var slots = scene.Host.DeadAmdPartitions.Select(static partition => $"amdgpu_xcp_{partition.Slot}").Order(StringComparer.Ordinal);

        var findings = await scene.CheckAsync();

        Assert.That(CheckCommandRows.Problems(findings), Is.Empty);
        Assert.That(
            CheckCommandRows.One(findings, "amd partitions").What,
            Is.EqualTo($"8 in all: 4 of 0000:26:00.0 (QPX), 4 of 0000:a6:00.0 (QPX); 4 dead slots that KFD does not list, not given to containers: {string.Join(", ", slots)}"));
        Assert.That(CheckCommandRows.One(findings, "amd:7").What, Does.Contain("0000:a6:00.0 partition 3"));
    }

    [Test]
    public async Task An_APU_beside_a_card_is_told_how_to_ask_for_the_card_alone()
    {
        await using var scene = VendorScene.Create(ReadyHosts.ApuBesideCard);

        var findings = await scene.CheckAsync();

        Assert.That(CheckCommandRows.Problems(findings), Is.Empty);
        Assert.That(
            CheckCommandRows.One(findings, "integrated GPU").What,
            Is.EqualTo("amd:1: part of the processor, which GPU_RUNTIME_GPUS=all gives too; GPU_RUNTIME_GPUS=device=0000:03:00.0 gives what is on a card alone"));
        Assert.That(CheckCommandRows.One(findings, "amd:1").What, Does.Contain("no UUID"));
    }

    [Test]
    public async Task The_lines_of_several_vendors_stand_beside_each_other()
    {
        await using var scene = VendorScene.Create(ReadyHosts.ThreeVendors);

        var findings = await scene.CheckAsync();

        Assert.That(CheckCommandRows.Problems(findings), Is.Empty);
        Assert.That(findings.Select(static finding => finding.Topic), Is.SupersetOf((string[])
            ["nvidia:0", "nvidia:1", "amd:0", "amd:1", "intel:0", "nvidia driver", "cuda", "device nodes", "driver files", "--gpus all", "amd nodes", "intel nodes"]));
    }

    private static async Task SetAccessAsync(string node, int gid, UnixFileMode mode)
    {
        (await Command.Of("chgrp", $"{gid}", node).RunAsync()).EnsureSuccess();
        File.SetUnixFileMode(node, mode);
    }
}

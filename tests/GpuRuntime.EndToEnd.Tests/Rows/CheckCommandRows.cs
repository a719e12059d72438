using System.Collections.Immutable;
using System.Text.Json.Nodes;
using GpuRuntime.TestHosts;

namespace GpuRuntime.EndToEnd.Tests.Rows;

/// <summary>gpu-runtime check: 0 when all is well, 1 with a cure for every problem, 2 when it could not look.</summary>
public sealed class CheckCommandRows : BundleFixture
{
    private const string DriverLibraries = "usr/lib/x86_64-linux-gnu";

    [Test]
    public async Task A_host_with_everything_in_its_place_is_all_well()
    {
        await using var scene = AdminScene.Create();

        var findings = await CheckAsync(scene);

        Assert.That(findings.Where(static finding => finding.Cure is not null), Is.Empty);
        Assert.That(findings.Select(static finding => finding.ToString()), Is.SupersetOf((string[])
        [
            $"low-level runtime: {scene.ProgramDirectory}/runc",
            "nvidia driver: 550.163.01 (proprietary kernel module)",
            "cuda: Images for CUDA 12.4 and older run; CUDA 12.5 needs driver 555.42.02",
            "docker: registered as runtime \"gpu-runtime\" in /etc/docker/daemon.json",
            .. scene.Host.Gpus.Select(static gpu => $"nvidia:{gpu.Index}: {gpu.Name} at {gpu.PciAddress}, driver nvidia 550.163.01, {gpu.Uuid}"),
        ]));
        Assert.That(One(findings, "driver files").What, Does.Contain("/" + DriverLibraries));
    }

    [TestCase("535.104.05", "Images for CUDA 12.2 and older run; CUDA 12.3 needs driver 545.23.06")]
    [TestCase("550.163.01", "Images for CUDA 12.4 and older run; CUDA 12.5 needs driver 555.42.02")]
    public async Task The_CUDA_line_says_which_images_run_and_what_the_next_need(string driver, string line)
    {
        await using var scene = AdminScene.Create(new SimulatedNvidiaHostOptions { DriverVersion = driver });

        Assert.That(One(await CheckAsync(scene), "cuda").What, Is.EqualTo(line));
    }

    [Test]
    public async Task Cards_without_a_driver_are_named_each_with_what_to_install()
    {
        await using var scene = AdminScene.Create();
        Directory.Delete(Path.Combine(scene.Host.ProcRoot, "driver"), recursive: true);
        foreach (var gpu in scene.Host.Gpus)
            BindTo(scene, gpu, null);

        var problems = Problems(await CheckAsync(scene));

        Assert.That(problems.Select(static problem => problem.Topic), Is.EquivalentTo(scene.Host.Gpus.Select(static gpu => $"pci {gpu.PciAddress}")));
        foreach (var problem in problems)
        {
            Assert.That(problem.What, Does.Contain("NVIDIA GPU").And.Contain("no driver"));
            Assert.That(problem.Cure, Does.Contain("Install NVIDIA's driver").And.Contain("dmesg"));
        }
    }

    [TestCase(null, "no driver bound", "Install NVIDIA's driver")]
    [TestCase("nouveau", "nouveau", "Install NVIDIA's driver")]
    [TestCase("nvidia", "does not list", "dmesg")]
    public async Task One_card_that_the_driver_does_not_serve_is_a_problem_beside_those_that_it_serves(string? driver, string named, string cure)
    {
        await using var scene = AdminScene.Create();
        var card = scene.Host.Gpus[3];
        BindTo(scene, card, driver);
        Directory.Delete(Path.Combine(scene.Host.ProcRoot, "driver/nvidia/gpus", card.PciAddress), recursive: true);

        var findings = await CheckAsync(scene);

        var problem = Problems(findings).Single();
        Assert.That(problem.Topic, Is.EqualTo($"pci {card.PciAddress}"));
        Assert.That(problem.What, Does.Contain(named));
        Assert.That(problem.Cure, Does.Contain(cure));
        Assert.That(findings.Count(static finding => finding.Topic.StartsWith("nvidia:", StringComparison.Ordinal)), Is.EqualTo(scene.Host.Gpus.Length - 1));
    }

    [Test]
    public async Task A_card_that_is_handed_to_virtual_machines_is_no_problem()
    {
        await using var scene = AdminScene.Create();
        BindTo(scene, scene.Host.Gpus[3], "vfio-pci");
        Directory.Delete(Path.Combine(scene.Host.ProcRoot, "driver/nvidia/gpus", scene.Host.Gpus[3].PciAddress), recursive: true);

        var findings = await CheckAsync(scene);

        Assert.That(Problems(findings), Is.Empty);
        Assert.That(One(findings, $"pci {scene.Host.Gpus[3].PciAddress}").What, Does.Contain("vfio-pci"));
    }

    [Test]
    public async Task A_machine_without_any_card_says_where_to_look()
    {
        await using var scene = AdminScene.Create();
        Directory.Delete(Path.Combine(scene.Host.ProcRoot, "driver"), recursive: true);
        Directory.Delete(Path.Combine(scene.Host.SysRoot, "bus/pci/devices"), recursive: true);

        var problem = Problems(await CheckAsync(scene)).Single();

        Assert.That(problem.Topic, Is.EqualTo("GPUs"));
        Assert.That(problem.Cure, Does.Contain("lspci"));
    }

    [Test]
    public async Task Unified_memory_that_is_not_loaded_is_cured_by_modprobe()
    {
        await using var scene = AdminScene.Create(new SimulatedNvidiaHostOptions { LoadedUvm = false });

        var problems = Problems(await CheckAsync(scene));

        Assert.That(problems.Single(static problem => problem.Topic == "nvidia-uvm").Cure, Does.Contain("modprobe nvidia-uvm").And.Contain("boot"));
        Assert.That(problems.Select(static problem => problem.Topic), Is.SubsetOf((string[])["nvidia-uvm", "--gpus all"]));
    }

    [Test]
    public async Task Nodes_that_only_root_can_open_are_named_with_the_drivers_own_setting()
    {
        await using var scene = AdminScene.Create();
        string[] closed = [Path.Combine(scene.Host.DevRoot, "nvidiactl"), Path.Combine(scene.Host.DevRoot, $"nvidia{scene.Host.Gpus[2].Minor}")];
        foreach (var node in closed)
            File.SetUnixFileMode(node, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite);

        var problem = Problems(await CheckAsync(scene)).Single();

        Assert.That(problem.Topic, Is.EqualTo("device nodes"));
        Assert.That(problem.What, Does.Contain(closed[0]).And.Contain(closed[1]).And.Not.Contain("nvidia-uvm"));
        Assert.That(problem.Cure, Does.Contain("NVreg_DeviceFileMode"));
    }

    [Test]
    public async Task Nodes_that_a_container_start_makes_are_no_problem()
    {
        await using var scene = AdminScene.Create(new SimulatedNvidiaHostOptions { MissingNodes = ["nvidia-uvm", "nvidia-uvm-tools", "nvidia-modeset"] });

        Assert.That(Problems(await CheckAsync(scene)), Is.Empty);
    }

    [TestCase("libcuda")]
    [TestCase("libnvidia-ml")]
    public async Task A_library_that_CUDA_needs_and_that_is_missing_is_named_with_what_to_install(string library)
    {
        await using var scene = AdminScene.Create();
        File.Delete(Path.Combine(scene.Host.DriverRoot, DriverLibraries, $"{library}.so.{scene.Host.DriverVersion}"));

        var problem = Problems(await CheckAsync(scene)).Single();

        Assert.That(problem.Topic, Is.EqualTo("driver files"));
        Assert.That(problem.What, Does.Contain(library).And.Contain(scene.Host.DriverVersion));
        Assert.That(problem.Cure, Does.Contain("Install"));
    }

    [Test]
    public async Task Files_of_another_version_than_the_kernel_module_say_to_reboot()
    {
        await using var scene = AdminScene.Create();
        var version = Path.Combine(scene.Host.ProcRoot, "driver/nvidia/version");
        await File.WriteAllTextAsync(version, (await File.ReadAllTextAsync(version)).Replace("550.163.01", "555.58.02", StringComparison.Ordinal));

        var problem = Problems(await CheckAsync(scene)).First(static problem => problem.Topic == "driver files");

        Assert.That(problem.What, Does.Contain("555.58.02").And.Contain("550.163.01").And.Contain("reboot"));
    }

    [Test]
    public async Task A_machine_without_a_low_level_runtime_says_to_install_one()
    {
        await using var scene = AdminScene.Create();
        scene.RemoveProgram("runc");

        var problem = Problems(await CheckAsync(scene)).Single();

        Assert.That(problem.What, Does.Contain("runc"));
        Assert.That(problem.Cure, Does.Contain("Install runc").And.Contain("lowLevelRuntimes"));
    }

    private static void BindTo(AdminScene scene, SimulatedGpu gpu, string? driver)
    {
        var link = Path.Combine(scene.Host.SysRoot, "bus/pci/devices", gpu.PciAddress, "driver");
        File.Delete(link);
        if (driver is not null)
            File.CreateSymbolicLink(link, $"../../../bus/pci/drivers/{driver}");
    }

    // The scene's runc is found by name, unlike the one of the fixtures that run it.
    internal static async Task<ImmutableArray<CheckFinding>> CheckAsync(AdminScene scene)
    {
        var configuration = scene.Machine.WriteConfiguration("check.json", static json => json["lowLevelRuntimes"] = new JsonArray("runc", "crun"));
        return CheckFinding.In(await scene.GpuRuntime("check", "--config", configuration).RunAsync());
    }

    internal static CheckFinding One(ImmutableArray<CheckFinding> findings, string topic) => findings.Single(finding => finding.Topic == topic);

    internal static ImmutableArray<CheckFinding> Problems(ImmutableArray<CheckFinding> findings) =>
        [.. findings.Where(static finding => finding.Cure is not null)];
}

using GpuRuntime.Core.Edits;
using GpuRuntime.Core.Errors;
using GpuRuntime.Core.Vendors.Nvidia;
using GpuRuntime.TestHosts;

namespace GpuRuntime.Core.Tests.Vendors.Nvidia;

/// <summary>Hosts that lack something: a node, a module, a file, a UUID, the driver.</summary>
public sealed class IncompleteHostTests
{
    [Test]
    public void Nodes_that_nobody_made_yet_have_the_numbers_of_their_module()
    {
        using var machine = TestMachine.Create(new SimulatedNvidiaHostOptions { GpuCount = 1, MissingNodes = ["nvidia-uvm", "nvidia-uvm-tools", "nvidia-modeset", "nvidiactl", "nvidia0"] });

        var nodes = machine.Plan("NVIDIA_VISIBLE_DEVICES=0", "NVIDIA_DRIVER_CAPABILITIES=compute,display")!.DeviceNodes.Where(node => node.MissingOnHost);

        Assert.That(nodes.Select(node => $"{node.HostPath[machine.Host.DevRoot.Length..]} {node.Major}:{node.Minor} {Convert.ToString(node.Mode, 8)}"), Is.EquivalentTo((string[])
            ["/nvidiactl 195:255 666", "/nvidia-modeset 195:254 666", "/nvidia-uvm 507:0 666", "/nvidia-uvm-tools 507:1 666", "/nvidia0 195:0 666"]));
    }

    [TestCase("compute")]
    [TestCase("video")]
    public void Without_the_uvm_module_CUDA_cannot_start_and_the_sentence_says_how_to_load_it(string capability)
    {
        using var machine = TestMachine.Create(new SimulatedNvidiaHostOptions { GpuCount = 1, LoadedUvm = false });

        var sentence = Refusal.Of(ErrorCode.DeviceNodeMissing, () => machine.Plan("NVIDIA_VISIBLE_DEVICES=0", $"NVIDIA_DRIVER_CAPABILITIES={capability}"));

        Assert.That(sentence, Does.Contain($"{machine.Host.DevRoot}/nvidia-uvm").And.Contain("modprobe nvidia-uvm"));
    }

    [Test]
    public void Without_the_uvm_module_the_tools_work()
    {
        using var machine = TestMachine.Create(new SimulatedNvidiaHostOptions { GpuCount = 1, LoadedUvm = false });

        Assert.That(machine.Plan("NVIDIA_VISIBLE_DEVICES=0", "NVIDIA_DRIVER_CAPABILITIES=utility"), Is.Not.Null);
    }

    [Test]
    public void An_old_driver_registers_its_nodes_under_another_name()
    {
        using var machine = TestMachine.Create(new SimulatedNvidiaHostOptions { GpuCount = 1, DriverVersion = "535.104.05", MissingNodes = ["nvidiactl"] });

        Assert.That(machine.Plan("NVIDIA_VISIBLE_DEVICES=0")!.DeviceNodes.Single(node => node.Path == "/dev/nvidiactl").Major, Is.EqualTo(195u));
    }

    [Test]
    public void An_excluded_GPU_has_no_index_and_cannot_be_named()
    {
        using var machine = TestMachine.Create(new SimulatedNvidiaHostOptions { GpuCount = 3, ExcludedIndexes = [1] });
        var excluded = machine.Host.ExcludedGpus.Single();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(machine.Gpus.Select(gpu => gpu.PciAddress.ToString()), Is.EqualTo(machine.Host.Gpus.Select(gpu => gpu.PciAddress)));
            Assert.That(machine.Gpus.Select(gpu => gpu.Index), Is.EqualTo((int[])[0, 1]));
            Assert.That(machine.Select("device=1").Single().Uuid, Is.EqualTo(machine.Host.Gpus[1].Uuid));
            Refusal.Of(ErrorCode.GpuNotFound, () => machine.Select($"device={excluded.Uuid}"));
            Refusal.Of(ErrorCode.GpuNotFound, () => machine.Select($"device={excluded.PciAddress}"));
        }
    }

    [Test]
    public void A_GPU_that_was_never_opened_has_no_UUID_and_its_other_names()
    {
        using var machine = TestMachine.Create(new SimulatedNvidiaHostOptions { GpuCount = 2, UuidsUnknown = true });

        using (Assert.EnterMultipleScope())
        {
            Assert.That(machine.Gpus.Select(gpu => gpu.Uuid), Is.All.Null);
            Assert.That(machine.Select("device=1").Single().Index, Is.EqualTo(1));
            Assert.That(Refusal.Of(ErrorCode.GpuNotFound, () => machine.Select("device=GPU-3c6ef362")), Does.Contain("nvidia:0 (0000:1b:00.0)"));
        }
    }

    [Test]
    public void Without_the_driver_there_is_no_GPU_and_none_asks_for_nothing()
    {
        using var machine = TestMachine.Create(new SimulatedNvidiaHostOptions { GpuCount = 1 });
        Directory.Delete(Path.Combine(machine.Host.ProcRoot, "driver"), recursive: true);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(machine.Gpus, Is.Empty);
            Assert.That(Refusal.Of(ErrorCode.NoGpu, () => machine.Plan("NVIDIA_VISIBLE_DEVICES=all")), Does.Contain("NVIDIA_VISIBLE_DEVICES").And.Contain("gpu-runtime check"));
            Assert.That(machine.Plan("NVIDIA_VISIBLE_DEVICES=none"), Is.EqualTo(ContainerEdits.Empty));
        }
    }

    [Test]
    public void A_driver_whose_version_cannot_be_read_counts_as_not_loaded()
    {
        using var machine = TestMachine.Create(new SimulatedNvidiaHostOptions { GpuCount = 1 });
        File.Delete(Path.Combine(machine.Host.ProcRoot, NvidiaDriver.VersionFile));

        Assert.That(Refusal.Of(ErrorCode.DriverNotLoaded, () => machine.Plan("NVIDIA_VISIBLE_DEVICES=0")), Does.Contain("modprobe nvidia").And.Contain("driver/nvidia/version"));
    }

    [TestCase("utility")]
    [TestCase("compute")]
    [TestCase("graphics")]
    [TestCase("all")]
    public void A_driver_root_without_libraries_is_an_error_that_names_where_they_were_looked_for(string capability)
    {
        using var machine = TestMachine.Create(new SimulatedNvidiaHostOptions { GpuCount = 1 });
        Directory.Delete(Path.Combine(machine.Host.DriverRoot, "usr"), recursive: true);

        var sentence = Refusal.Of(ErrorCode.DriverFilesMissing, () => machine.Plan("NVIDIA_VISIBLE_DEVICES=0", $"NVIDIA_DRIVER_CAPABILITIES={capability}"));

        Assert.That(sentence, Does.Contain("550.163.01").And.Contain(machine.Host.DriverRoot).And.Contain("host.driver").And.Not.Contain("reboot"));
    }

    [Test]
    public void Files_of_another_version_mean_that_the_driver_was_updated_under_a_loaded_module()
    {
        using var machine = TestMachine.Create(new SimulatedNvidiaHostOptions { GpuCount = 1 });
        machine.Write("proc/driver/nvidia/version", "NVRM version: NVIDIA UNIX x86_64 Kernel Module  545.23.06  Sun Oct 15 17:43:11 UTC 2023\n");

        var sentence = Refusal.Of(ErrorCode.DriverFilesMissing, () => machine.Plan("NVIDIA_VISIBLE_DEVICES=0"));

        Assert.That(sentence, Does.Contain("545.23.06").And.Contain("550.163.01").And.Contain("reboot").And.Contain("/usr/lib/x86_64-linux-gnu"));
    }

    [Test]
    public void A_package_that_is_missing_does_not_call_for_a_reboot()
    {
        using var machine = TestMachine.Create(new SimulatedNvidiaHostOptions { GpuCount = 1 });
        foreach (var library in Directory.GetFiles(Path.Combine(machine.Host.DriverRoot, "usr/lib/x86_64-linux-gnu"), "libnvidia-*"))
            File.Delete(library);

        var sentence = Refusal.Of(ErrorCode.DriverFilesMissing, () => machine.Plan("NVIDIA_VISIBLE_DEVICES=0", "NVIDIA_DRIVER_CAPABILITIES=utility"));

        Assert.That(sentence, Does.Not.Contain("reboot").And.Contain("Install"), "libcuda of the very driver is there");
    }

    [Test]
    public void A_missing_file_of_a_kind_is_no_failure()
    {
        using var machine = TestMachine.Create(new SimulatedNvidiaHostOptions { GpuCount = 1 });
        File.Delete(Path.Combine(machine.Host.DriverRoot, "usr/bin/nvidia-smi"));
        Directory.Delete(Path.Combine(machine.Host.DriverRoot, "usr/lib/firmware"), recursive: true);
        Directory.Delete(Path.Combine(machine.Host.DriverRoot, "tmp"), recursive: true);

        var mounts = machine.Plan("NVIDIA_VISIBLE_DEVICES=0")!.Mounts.Select(mount => mount.ContainerPath).ToList();

        Assert.That(mounts, Does.Contain("/usr/bin/nvidia-debugdump").And.Not.Contain("/usr/bin/nvidia-smi"));
    }

    [Test]
    public void A_library_elsewhere_is_found_by_the_configured_search_path()
    {
        using var machine = TestMachine.Create(new SimulatedNvidiaHostOptions { GpuCount = 1, LoaderCache = false });
        var root = machine.Host.DriverRoot;
        Directory.CreateDirectory(Path.Combine(root, "opt"));
        Directory.Move(Path.Combine(root, "usr/lib/x86_64-linux-gnu"), Path.Combine(root, "opt/nvidia"));
        var configuration = machine.Configuration with { LibrarySearchPaths = ["/opt/nvidia", "/nowhere"] };

        using (Assert.EnterMultipleScope())
        {
            Refusal.Of(ErrorCode.DriverFilesMissing, () => machine.Plan("NVIDIA_VISIBLE_DEVICES=0"));
            Assert.That(
                machine.Plan(configuration, "NVIDIA_VISIBLE_DEVICES=0")!.Mounts.Select(mount => mount.ContainerPath), Does.Contain("/opt/nvidia/libcuda.so.550.163.01"));
        }
    }

    [Test]
    public void MPS_that_is_a_link_to_somewhere_else_is_not_taken()
    {
        using var machine = TestMachine.Create(new SimulatedNvidiaHostOptions { GpuCount = 1 });
        var mps = Path.Combine(machine.Host.DriverRoot, "tmp/nvidia-mps");
        Directory.Delete(mps);
        File.CreateSymbolicLink(mps, "/etc");

        Assert.That(machine.Plan("NVIDIA_VISIBLE_DEVICES=0")!.Mounts.Select(mount => mount.ContainerPath), Does.Not.Contain("/tmp/nvidia-mps").And.Not.Contain("/etc"));
    }

    [Test]
    public void Firmware_is_taken_from_where_the_kernel_looks_first()
    {
        using var machine = TestMachine.Create(new SimulatedNvidiaHostOptions { GpuCount = 1 });
        machine.Write("sys/module/firmware_class/parameters/path", "/opt/firmware\n");
        machine.Write("driver/opt/firmware/nvidia/550.163.01/gsp_ga10x.bin", "newer");
        machine.Write("driver/opt/firmware/nvidia/550.163.01/readme.txt", "no firmware");

        var firmware = machine.Plan("NVIDIA_VISIBLE_DEVICES=0")!.Mounts.Select(mount => mount.ContainerPath).Where(path => path.Contains("firmware", StringComparison.Ordinal));

        Assert.That(firmware, Is.EqualTo((string[])["/opt/firmware/nvidia/550.163.01/gsp_ga10x.bin"]));
    }
}

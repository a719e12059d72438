using GpuRuntime.Core.Edits;
using GpuRuntime.Core.Errors;
using GpuRuntime.Core.Inventory;
using GpuRuntime.TestHosts;

namespace GpuRuntime.Core.Tests.Vendors.Nvidia;

/// <summary>WSL2, where one node stands for all GPUs and the driver is Windows's.</summary>
public sealed class WslTests
{
    private const string All = "NVIDIA_VISIBLE_DEVICES=all";
    private const string Store = SimulatedWslHost.Store;

    private WslMachine _machine = null!;

    [SetUp]
    public void CreateMachine() => _machine = WslMachine.Create();

    [TearDown]
    public void DisposeMachine() => _machine?.Dispose();

    [Test]
    public void All_GPUs_are_one_that_has_the_one_node()
    {
        var gpu = _machine.Gpus.Single();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(gpu.Id, Is.EqualTo("nvidia:0"));
            Assert.That(gpu.Driver, Is.EqualTo("dxgkrnl"));
            Assert.That(gpu.PciAddress.ToString(), Is.EqualTo(SimulatedWslHost.PciAddresses[0]));
            Assert.That(gpu.DeviceNodes, Is.EqualTo((DeviceNode[])[new("/dev/dxg", $"{_machine.Host.DevRoot}/dxg", 10, 124, 0b110_110_110, 0, 0)]));
            Assert.That(new object?[] { gpu.Name, gpu.Uuid, gpu.DriverVersion, gpu.MemoryBytes, gpu.NumaNode }, Is.All.Null, "no file tells");
        }
    }

    [TestCase("driver/usr/lib/wsl/lib/libcuda.so.1")]
    [TestCase("dev/dxg")]
    [TestCase("sys/bus/pci/drivers/dxgkrnl")]
    public void Without_NVIDIAs_driver_the_node_or_a_device_there_is_no_GPU(string path)
    {
        _machine.Delete(path);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(_machine.Gpus, Is.Empty);
            Refusal.Of(ErrorCode.NoGpu, () => _machine.Plan(All));
        }
    }

    [Test]
    public void A_host_with_NVIDIAs_kernel_driver_is_no_WSL2_host()
    {
        _machine.Write("proc/driver/nvidia/version", "NVRM version: NVIDIA UNIX x86_64 Kernel Module  550.135  Wed Oct 16 00:00:00 UTC 2024\n");

        Assert.That(_machine.Gpus, Is.Empty);
    }

    [TestCase(All)]
    [TestCase("NVIDIA_VISIBLE_DEVICES=0")]
    [TestCase("GPU_RUNTIME_GPUS=all")]
    [TestCase("GPU_RUNTIME_GPUS=nvidia:0")]
    [TestCase("GPU_RUNTIME_GPUS=1")]
    public void A_container_gets_the_node_and_no_other(string entry) =>
        Assert.That(_machine.Plan(entry)!.DeviceNodes.Select(node => node.Path), Is.EqualTo((string[])["/dev/dxg"]));

    [TestCase("NVIDIA_VISIBLE_DEVICES=1")]
    [TestCase("NVIDIA_VISIBLE_DEVICES=GPU-3c6ef362-1f2e-4d5c-9a8b-0123456789ab")]
    public void Another_GPU_cannot_be_named_and_the_sentence_says_what_can(string entry) =>
        Assert.That(Refusal.Of(ErrorCode.GpuNotFound, () => _machine.Plan(entry)), Does.Contain("nvidia:0 (every GPU of WSL2"));

    [TestCase("utility", "libdxcore.so libcuda.so libcuda.so.1 libcuda.so.1.1 libnvidia-ml.so.1 nvidia-smi")]
    [TestCase("compute", "libdxcore.so libcuda.so libcuda.so.1 libcuda.so.1.1 libcudadebugger.so.1")]
    [TestCase("video", "libdxcore.so libcuda.so libcuda.so.1 libcuda.so.1.1 libnvcuvid.so.1 libnvidia-encode.so.1")]
    [TestCase("graphics", "libdxcore.so libcuda.so libcuda.so.1 libcuda.so.1.1 libd3d12.so libd3d12core.so libnvwgf2umx.so")]
    [TestCase("ngx", "libdxcore.so libcuda.so libcuda.so.1 libcuda.so.1.1 libnvidia-ngx.so.1")]
    public void A_capability_brings_its_libraries_and_the_whole_driver_store_read_only(string capability, string files)
    {
        var root = _machine.Host.DriverRoot;

        var mounts = _machine.Plan(All, $"NVIDIA_DRIVER_CAPABILITIES={capability}")!.Mounts;

        var expected = files.Split(' ').Select(name => $"{SimulatedWslHost.Libraries}/{name}").Append(Store);
        Assert.That(mounts, Is.EquivalentTo(expected.Select(path => new ContainerMount(root + path, path, ContainerMount.ReadOnly))));
    }

    [Test]
    public void The_loader_finds_what_the_hosts_own_loader_finds()
    {
        string[] expected = ["libdxcore.so", "libcuda.so", "libcuda.so.1", "libcuda.so.1.1", "libcudadebugger.so.1", "libnvidia-ml.so.1"];

        Assert.That(
            _machine.Plan(All)!.Libraries,
            Is.EquivalentTo(expected.Select(name => new LoaderCacheEntry(name, $"{SimulatedWslHost.Libraries}/{name}", LibraryArchitecture.X64))));
    }

    [Test]
    public void The_tool_is_on_the_path()
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(_machine.Plan(All)!.Symlinks, Is.EqualTo((ContainerSymlink[])[new("/usr/bin/nvidia-smi", "/usr/lib/wsl/lib/nvidia-smi")]));
            Assert.That(_machine.Plan(All, "NVIDIA_DRIVER_CAPABILITIES=compute")!.Symlinks, Is.Empty);
        }
    }

    [Test]
    public void None_brings_the_driver_without_the_node()
    {
        var plan = _machine.Plan("NVIDIA_VISIBLE_DEVICES=none")!;

        using (Assert.EnterMultipleScope())
        {
            Assert.That(plan.DeviceNodes, Is.Empty);
            Assert.That(plan.Mounts.Select(mount => mount.ContainerPath), Does.Contain(Store));
        }
    }

    [TestCase("NVIDIA_REQUIRE_CUDA=cuda>=99.0")]
    [TestCase("NVIDIA_REQUIRE_DRIVER=driver<1")]
    [TestCase("CUDA_VERSION=99.0")]
    public void A_requirement_holds_where_no_version_is_known(string requirement) => Assert.That(_machine.Plan(All, requirement), Is.Not.Null);

    [Test]
    public void The_images_own_compatibility_libraries_stay_out() => Assert.That(_machine.Plan(All)!.ForwardCompatibility, Is.Null);

    [Test]
    public void An_unknown_capability_fails_here_too() =>
        Refusal.Of(ErrorCode.CapabilityUnknown, () => _machine.Plan(All, "NVIDIA_DRIVER_CAPABILITIES=cuda"));

    [Test]
    public void Every_driver_store_that_holds_NVIDIAs_driver_comes()
    {
        const string updated = "/usr/lib/wsl/drivers/nvmii.inf_amd64_dc83e8227e4d659f";
        _machine.Write($"driver{updated}/libcuda.so.1.1", "stand-in");
        _machine.Write("driver/usr/lib/wsl/drivers/nvraid.inf_amd64_00/nvraid.sys", "no GPU's");

        var stores = _machine.Plan(All)!.Mounts.Select(mount => mount.ContainerPath).Where(path => path.Contains("/drivers/", StringComparison.Ordinal));

        Assert.That(stores, Is.EqualTo((string[])[Store, updated]));
    }

    [Test]
    public void A_store_under_a_computer_makers_name_is_found_too()
    {
        const string renamed = "/usr/lib/wsl/drivers/oem42.inf_amd64_0f1e2d3c4b5a6978";
        _machine.Delete("driver" + Store);
        _machine.Write($"driver{renamed}/libcuda.so.1.1", "stand-in");

        Assert.That(_machine.Plan(All)!.Mounts.Select(mount => mount.ContainerPath), Does.Contain(renamed));
    }

    [TestCase("driver" + Store, "/usr/lib/wsl/drivers", "install NVIDIA's driver for Windows")]
    [TestCase("driver/usr/lib/wsl/lib/libdxcore.so", "/usr/lib/wsl/lib/libdxcore.so", "wsl.exe --update")]
    public void A_driver_without_its_parts_is_an_error_that_says_how_to_get_them(string path, string named, string cure)
    {
        _machine.Delete(path);

        Assert.That(Refusal.Of(ErrorCode.DriverFilesMissing, () => _machine.Plan(All)), Does.Contain(_machine.Host.DriverRoot + named).And.Contain(cure));
    }

    [Test]
    public void A_missing_library_of_another_kind_is_no_failure()
    {
        _machine.Delete("driver/usr/lib/wsl/lib/libnvidia-ml.so.1");
        _machine.Delete("driver/usr/lib/wsl/lib/nvidia-smi");

        var plan = _machine.Plan(All)!;

        using (Assert.EnterMultipleScope())
        {
            Assert.That(plan.Libraries.Select(library => library.Name), Does.Not.Contain("libnvidia-ml.so.1").And.Contain("libcuda.so.1"));
            Assert.That(plan.Symlinks, Is.Empty);
        }
    }

    [Test]
    public void Devices_that_WSL2_does_not_have_are_refused() =>
        Refusal.Of(ErrorCode.DeviceNodeMissing, () => _machine.Plan(All, "NVIDIA_IMEX_CHANNELS=0"));
}

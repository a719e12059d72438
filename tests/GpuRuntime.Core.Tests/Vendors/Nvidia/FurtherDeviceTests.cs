using System.Collections.Immutable;
using GpuRuntime.Core.Edits;
using GpuRuntime.Core.Errors;
using GpuRuntime.Core.Requests;
using GpuRuntime.TestHosts;

namespace GpuRuntime.Core.Tests.Vendors.Nvidia;

/// <summary>NVSwitches, GPUDirect Storage, GDRCopy and InfiniBand, each by a variable that says enabled.</summary>
public sealed class FurtherDeviceTests : MachineFixture
{
    private const string Gpu = "NVIDIA_VISIBLE_DEVICES=0";

    private static readonly SimulatedNvidiaHostOptions Equipped = new() { GpuCount = 1, NvSwitches = 2, GdsNodes = 2, GdrCopy = true, InfinibandDevices = 2 };

    private protected override SimulatedNvidiaHostOptions Options => Equipped;

    [TestCase("NVIDIA_NVSWITCH", "/dev/nvidia-nvswitchctl 510:255, /dev/nvidia-nvswitch0 510:0, /dev/nvidia-nvswitch1 510:1")]
    [TestCase("NVIDIA_GDS", "/dev/nvidia-fs0 505:0, /dev/nvidia-fs1 505:1")]
    [TestCase("NVIDIA_GDRCOPY", "/dev/gdrdrv 504:0")]
    [TestCase("NVIDIA_MOFED", "/dev/infiniband/uverbs0 231:192, /dev/infiniband/uverbs1 231:193, /dev/infiniband/rdma_cm 10:122")]
    public void A_feature_brings_its_nodes_and_no_other(string variable, string nodes) => Assert.That(Further($"{variable}=enabled"), Is.EqualTo(nodes));

    [Test]
    public void All_features_together_bring_each_node_once()
    {
        var plan = Machine.Plan(Gpu, "NVIDIA_NVSWITCH=enabled", "NVIDIA_GDS=enabled", "NVIDIA_GDRCOPY=enabled", "NVIDIA_MOFED=enabled")!;

        using (Assert.EnterMultipleScope())
        {
            Assert.That(plan.DeviceNodes.Select(node => node.Path), Is.Unique);
            Assert.That(plan.DeviceNodes, Has.Length.EqualTo(Machine.Plan(Gpu)!.DeviceNodes.Length + 9));
        }
    }

    [TestCase("")]
    [TestCase("1")]
    [TestCase("true")]
    [TestCase("Enabled")]
    [TestCase("disabled")]
    [TestCase(" enabled")]
    public void Another_value_than_enabled_means_nothing(string value) =>
        Assert.That(Further($"NVIDIA_NVSWITCH={value}", $"NVIDIA_GDS={value}", $"NVIDIA_GDRCOPY={value}", $"NVIDIA_MOFED={value}"), Is.Empty);

    [Test]
    public void The_driver_without_a_GPU_comes_with_them_too() =>
        Assert.That(Machine.Plan("NVIDIA_VISIBLE_DEVICES=none", "NVIDIA_GDRCOPY=enabled")!.DeviceNodes.Select(node => node.Path), Does.Contain("/dev/gdrdrv"));

    [TestCase("NVIDIA_VISIBLE_DEVICES=void")]
    [TestCase("PATH=/bin")]
    public void Without_a_GPU_or_the_driver_they_mean_nothing(string entry) => Assert.That(Machine.Plan(entry, "NVIDIA_GDRCOPY=enabled"), Is.Null);

    [Test]
    public void An_environment_that_does_not_count_opens_no_device()
    {
        var configuration = Machine.Configuration with { AcceptEnvUnprivileged = false };
        var facts = new ContainerFacts
        {
            Environment = new ContainerEnvironment(["NVIDIA_GDS=enabled", "NVIDIA_MOFED=enabled", "NVIDIA_IMEX_CHANNELS=0"]),
            Annotations = ImmutableDictionary<string, string>.Empty.Add("gpu-runtime.io/gpus", "all"),
        };

        var plan = EditPlanner.Plan(RequestReader.Read(facts, configuration, out _)!, facts.Environment, Machine.Root, configuration, out _)!;

        Assert.That(plan.DeviceNodes, Is.EqualTo(Machine.Plan(Gpu)!.DeviceNodes));
    }

    [Test]
    public void The_groups_of_closed_nodes_come_along()
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Machine.Plan(Gpu, "NVIDIA_MOFED=enabled")!.AdditionalGids, Is.EqualTo((uint[])[SimulatedNvidiaHostOptions.RdmaGroup]));
            Assert.That(Machine.Plan(Gpu, "NVIDIA_GDRCOPY=enabled")!.AdditionalGids, Is.Empty);
        }
    }

    [Test]
    public void GPUDirect_Storage_reads_udevs_database_and_its_own_configuration_where_they_are()
    {
        using var machine = TestMachine.Create(Equipped);
        var before = Mounts(machine);
        machine.Write("driver/run/udev/data/b259:0", "N:nvme0n1\n");
        machine.Write("driver/etc/cufile.json", "{}\n");
        var root = machine.Host.DriverRoot;

        using (Assert.EnterMultipleScope())
        {
            Assert.That(before, Is.Empty);
            Assert.That(
                Mounts(machine).Select(mount => $"{mount.HostPath} {mount.ContainerPath} {string.Join(',', mount.Options)}"),
                Is.EqualTo((string[])[$"{root}/run/udev /run/udev ro,nosuid,nodev,bind", $"{root}/etc/cufile.json /etc/cufile.json ro,nosuid,nodev,bind"]));
            Assert.That(machine.Plan(Gpu, "NVIDIA_GDRCOPY=enabled")!.Mounts.Select(mount => mount.ContainerPath), Does.Not.Contain("/run/udev"));
        }

        static List<ContainerMount> Mounts(TestMachine machine) =>
            [.. machine.Plan(Gpu, "NVIDIA_GDS=enabled")!.Mounts.Where(mount => mount.ContainerPath is "/run/udev" or "/etc/cufile.json")];
    }

    [TestCase("NVIDIA_NVSWITCH", "/nvidia-nvswitchctl", "nvidia-nvswitch make them")]
    [TestCase("NVIDIA_GDS", "/nvidia-fs*", "modprobe nvidia-fs")]
    [TestCase("NVIDIA_GDRCOPY", "/gdrdrv", "modprobe gdrdrv")]
    [TestCase("NVIDIA_MOFED", "/infiniband/uverbs*", "ib_uverbs")]
    public void A_host_with_none_of_the_nodes_refuses_and_says_what_to_load(string variable, string missing, string cure)
    {
        using var machine = TestMachine.Create(new SimulatedNvidiaHostOptions { GpuCount = 1 });

        var sentence = Refusal.Of(ErrorCode.DeviceNodeMissing, () => machine.Plan(Gpu, $"{variable}=enabled"));

        Assert.That(sentence, Does.StartWith($"{variable}=enabled").And.Contain(machine.Host.DevRoot + missing).And.Contain(cure));
    }

    [Test]
    public void A_host_with_a_part_of_the_nodes_gives_that_part()
    {
        using var machine = TestMachine.Create(Equipped with { MissingNodes = ["infiniband/uverbs0", "infiniband/rdma_cm"] });

        Assert.That(Further(machine, "NVIDIA_MOFED=enabled"), Is.EqualTo("/dev/infiniband/uverbs1 231:193"));
    }

    [Test]
    public void The_control_node_of_NVSwitches_that_nobody_made_yet_has_the_major_of_their_driver()
    {
        using var machine = TestMachine.Create(Equipped with { NvSwitches = 1, MissingNodes = ["nvidia-nvswitchctl"] });

        var control = machine.Plan(Gpu, "NVIDIA_NVSWITCH=enabled")!.DeviceNodes.Single(node => node.MissingOnHost);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(control.HostPath, Is.EqualTo($"{machine.Host.DevRoot}/nvidia-nvswitchctl"));
            Assert.That(Further(machine, "NVIDIA_NVSWITCH=enabled"), Is.EqualTo("/dev/nvidia-nvswitchctl 510:255, /dev/nvidia-nvswitch0 510:0"));
        }
    }

    [Test]
    public void What_only_bears_such_a_name_is_not_given()
    {
        using var machine = TestMachine.Create(Equipped with { NvSwitches = 1, GdsNodes = 1 });
        machine.Write("dev/nvidia-fs1", "a file");
        machine.Write("dev/nvidia-nvswitch1", "a file");
        File.Move(Path.Combine(machine.Host.DevRoot, "gdrdrv"), Path.Combine(machine.Host.DevRoot, "nvidia-fsdebug"));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(Further(machine, "NVIDIA_GDS=enabled"), Is.EqualTo("/dev/nvidia-fs0 505:0"));
            Assert.That(Further(machine, "NVIDIA_NVSWITCH=enabled"), Is.EqualTo("/dev/nvidia-nvswitchctl 510:255, /dev/nvidia-nvswitch0 510:0"));
        }
    }

    private string Further(params string[] environment) => Further(Machine, environment);

    // What comes beside that which a GPU brings.
    private static string Further(TestMachine machine, params string[] environment) =>
        string.Join(
            ", ",
            machine.Plan([Gpu, .. environment])!.DeviceNodes.Except(machine.Plan(Gpu)!.DeviceNodes).Select(node => $"{node.Path} {node.Major}:{node.Minor}"));
}

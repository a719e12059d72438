using System.Collections.Immutable;
using GpuRuntime.Core.Configuration;
using GpuRuntime.Core.Errors;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Core.Kubernetes;
using GpuRuntime.TestHosts;
using static GpuRuntime.Core.Tests.Kubernetes.NodeGpus;

namespace GpuRuntime.Core.Tests.Kubernetes;

/// <summary>What a container gets that has got devices, by each strategy.</summary>
public sealed class ContainerAnswerTests
{
    private static readonly RuntimeConfiguration Environment = new() { KubernetesDeviceList = DeviceListStrategy.Environment };
    private static readonly RuntimeConfiguration Nodes = new() { KubernetesDeviceList = DeviceListStrategy.Nodes };

    [Test]
    public void By_default_it_is_CDI_devices_and_nothing_else()
    {
        var answer = Answer(new[] { Nvidia(0), Nvidia(1) }.Resource(), RuntimeConfiguration.Default, 0, 1);

        Assert.That(answer with { CdiDevices = [] }, Is.EqualTo(new ContainerAnswer()));
        Assert.That(answer.CdiDevices, Is.EqualTo((string[])["nvidia.com/gpu=0000:10:00.0", "nvidia.com/gpu=0000:11:00.0"]));
    }

    [Test]
    public void Partitions_that_share_PCI_address_and_UUID_go_by_their_index()
    {
        var resource = Partitions(2, 2, null).Select(gpu => gpu with { Uuid = "0x1A2B3C4D5E6F7081" }).Resource();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(Answer(resource, RuntimeConfiguration.Default, 1).CdiDevices, Is.EqualTo((string[])["amd.com/gpu=3"]));
            Assert.That(Answer(resource, Environment, 0, 1).Environment["AMD_VISIBLE_DEVICES"], Is.EqualTo("2,3"));
        }
    }

    [Test]
    public void Partitions_with_UUIDs_of_their_own_go_by_them()
    {
        var resource = Partitions(0, 2, null).Select(gpu => gpu with { Uuid = $"0x1A2B3C4D5E6F708{gpu.Index}" }).Resource();

        Assert.That(Answer(resource, RuntimeConfiguration.Default, 1).CdiDevices, Is.EqualTo((string[])["amd.com/gpu=0x1A2B3C4D5E6F7081"]));
    }

    [Test]
    public void A_MIG_device_goes_by_its_UUID_and_where_that_is_unknown_by_its_place()
    {
        var resource = new[] { Nvidia(0, Mig(0, "1g.10gb"), Mig(1, "1g.10gb") with { Uuid = null }) }.Resource(new RuntimeConfiguration { KubernetesMig = MigStrategy.Single });

        using (Assert.EnterMultipleScope())
        {
            Assert.That(Answer(resource, RuntimeConfiguration.Default, 0, 1).CdiDevices, Is.EqualTo((string[])["nvidia.com/gpu=MIG-00000000-aaaa-bbbb-cccc-dddddddddddd", "nvidia.com/gpu=0:1"]));
            Assert.That(
                Answer(resource, Environment, 0, 1).Environment["NVIDIA_VISIBLE_DEVICES"],
                Is.EqualTo("MIG-GPU-00000000-1111-2222-3333-444444444444/7/0,MIG-GPU-00000000-1111-2222-3333-444444444444/8/0"));
        }
    }

    [Test]
    public void The_one_GPU_of_WSL2_is_all_of_them()
    {
        var resource = new[] { Nvidia(0) with { Uuid = null, IsEveryGpu = true } }.Resource();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(Answer(resource, RuntimeConfiguration.Default, 0).CdiDevices, Is.EqualTo((string[])["nvidia.com/gpu=all"]));
            Assert.That(Answer(resource, Environment, 0).Environment["NVIDIA_VISIBLE_DEVICES"], Is.EqualTo("0"));
        }
    }

    [Test]
    public void The_environment_has_the_variable_of_the_vendor_alone()
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Answer(new[] { Nvidia(0), Nvidia(1) }.Resource(), Environment, 0, 1).Environment, Is.EqualTo(new Dictionary<string, string> { ["NVIDIA_VISIBLE_DEVICES"] = "GPU-00000000-1111-2222-3333-444444444444,GPU-10000000-1111-2222-3333-444444444444" }));
            Assert.That(Answer(new[] { Amd(0) }.Resource(), Environment, 0).Environment, Is.EqualTo(new Dictionary<string, string> { ["AMD_VISIBLE_DEVICES"] = "0000:40:00.0" }));
            Assert.That(Answer(new[] { Intel(0, "xe") }.Resource(), Environment, 0).Environment, Is.EqualTo(new Dictionary<string, string> { ["INTEL_VISIBLE_DEVICES"] = "0000:80:00.0" }));
        }
    }

    [Test]
    public void Several_turns_at_a_GPU_are_that_GPU_once() =>
        Assert.That(Answer(new[] { Amd(0), Amd(1) }.Resource(new RuntimeConfiguration { KubernetesReplicas = 2 }), RuntimeConfiguration.Default, 0, 1, 3).CdiDevices, Is.EqualTo((string[])["amd.com/gpu=0000:40:00.0", "amd.com/gpu=0000:41:00.0"]));

    [Test]
    public void Nodes_are_those_of_the_GPU_and_its_driver_each_once()
    {
        using var machine = MixedMachine.Create(ReadyHosts.ThreeVendors);
        var resources = PluginResources.Of(machine.Gpus, Nodes).ToDictionary(resource => resource.Name);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(Paths(Answer(resources["nvidia.com/gpu"], Nodes, 0, 1)), Does.StartWith("/dev/nvidiactl /dev/nvidia-uvm /dev/nvidia-uvm-tools /dev/nvidia").And.Contain("/dev/nvidia0").And.Contain("/dev/nvidia1").And.Contain("/dev/dri/renderD"));
            Assert.That(Paths(Answer(resources["amd.com/gpu"], Nodes, 0, 1)), Is.EqualTo("/dev/kfd /dev/dri/card6 /dev/dri/renderD130 /dev/dri/card1 /dev/dri/renderD135"));
            Assert.That(Paths(Answer(resources["gpu.intel.com/xe"], Nodes, 0)), Is.EqualTo("/dev/dri/card5 /dev/dri/renderD128"));
            Assert.That(Answer(resources["amd.com/gpu"], Nodes, 0).Nodes.All(node => File.Exists(node.HostPath) && node.Access == "rw"), Is.True);
        }
    }

    [Test]
    public void Nodes_of_a_MIG_device_are_its_GPUs_and_its_own_two()
    {
        using var machine = TestMachine.Create(new SimulatedNvidiaHostOptions { GpuCount = 1, MigInstances = ImmutableDictionary<int, ImmutableArray<MigInstance>>.Empty.Add(0, [new(1, 0), new(2, 0)]) });
        ImmutableArray<Gpu> gpus = [.. machine.Gpus.Select(gpu => gpu with { MigDevices = [.. gpu.MigDevices.Select(device => device with { Profile = "3g.40gb" })] })];
        var one = Paths(Answer(gpus.Resource(new RuntimeConfiguration { KubernetesMig = MigStrategy.Mixed }), Nodes, 1)).Split(' ');
        var all = Paths(Answer(gpus.Resource(), Nodes, 0)).Split(' ');

        using (Assert.EnterMultipleScope())
        {
            Assert.That(one.Where(path => path.StartsWith("/dev/nvidia-caps/", StringComparison.Ordinal)), Is.EqualTo(gpus[0].MigDevices[1].CapabilityNodes.Select(node => node.Path)));
            Assert.That(all.Where(path => path.StartsWith("/dev/nvidia-caps/", StringComparison.Ordinal)), Is.EqualTo(gpus[0].MigDevices.SelectMany(device => device.CapabilityNodes).Select(node => node.Path)));
        }
    }

    [Test]
    public void An_images_own_variable_gives_nothing_beside_nodes() =>
        Assert.That(Answer(new[] { Amd(0) }.Resource(), Nodes, 0).Environment, Is.EqualTo(new Dictionary<string, string> { ["AMD_VISIBLE_DEVICES"] = "void" }));

    // In a container the host is below a directory; what the kubelet is told is the host's own path.
    [TestCase("/host", "/host/dev/dri/card1", "/dev/dri/card1")]
    [TestCase("/host/", "/host/dev/dri/card1", "/dev/dri/card1")]
    [TestCase("/host", "/hostile/dev/dri/card1", "/hostile/dev/dri/card1")]
    [TestCase("/", "/dev/dri/card1", "/dev/dri/card1")]
    public void A_nodes_path_on_the_host_is_the_hosts(string root, string path, string expected)
    {
        var resource = new[] { Intel(0, "xe") with { DrmNodes = [new DeviceNode("/dev/dri/card1", path, 226, 1, 432, 0, 0)] } }.Resource();

        Assert.That(Answer(resource, Nodes with { HostRoot = root }, 0).Nodes.Single().HostPath, Is.EqualTo(expected));
    }

    [Test]
    public void Memory_is_a_request_of_ours_for_one_GPU_with_a_limit()
    {
        var resource = new[] { Amd(0) with { MemoryBytes = 4 * Gibibyte } }.Resource(Slices);
        var byAnnotation = Answer(resource, Slices, 0, 2, 3);
        var byVariable = Answer(resource, Slices with { KubernetesDeviceList = DeviceListStrategy.Environment }, 1);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(byAnnotation.Annotations, Is.EqualTo(new Dictionary<string, string> { ["gpu-runtime.io/gpus"] = "device=0000:40:00.0,memory=3GiB" }));
            Assert.That(byAnnotation.CdiDevices, Is.Empty, "a CDI device would be the whole GPU without a limit");
            Assert.That(byVariable.Environment, Is.EqualTo(new Dictionary<string, string> { ["GPU_RUNTIME_GPUS"] = "device=0000:40:00.0,memory=1GiB" }));
        }
    }

    [Test]
    public void Memory_of_two_GPUs_is_refused()
    {
        var resource = new[] { Amd(0) with { MemoryBytes = 2 * Gibibyte }, Amd(1) with { MemoryBytes = 2 * Gibibyte } }.Resource(Slices);

        Assert.That(
            Refusal.Of(ErrorCode.KubernetesRefused, () => Answer(resource, Slices, 0, 1, 2)),
            Is.EqualTo("gpu-runtime.io/memory-gib: these 3 GiB lie on 2 GPUs (amd:0, amd:1), and a container can have those of one; ask for no more than one GPU has free."));
    }

    [Test]
    public void An_id_that_is_none_of_the_resources_is_told() =>
        Assert.That(Refusal.Of(ErrorCode.GpuNotFound, () => ContainerAnswer.Of(new[] { Amd(0) }.Resource(), ["0000:40:00.0", "GPU-0"], RuntimeConfiguration.Default)), Is.EqualTo("amd.com/gpu has no device \"GPU-0\"; it has 0000:40:00.0."));

    [Test]
    public void No_device_is_nothing() => Assert.That(ContainerAnswer.Of(new[] { Amd(0) }.Resource(), [], Nodes), Is.EqualTo(new ContainerAnswer()));

    private static ContainerAnswer Answer(PluginResource resource, RuntimeConfiguration configuration, params int[] places) =>
        ContainerAnswer.Of(resource, [.. places.Select(place => resource.Devices[place].Id)], configuration);

    private static string Paths(ContainerAnswer answer) => string.Join(' ', answer.Nodes.Select(node => node.Path));
}

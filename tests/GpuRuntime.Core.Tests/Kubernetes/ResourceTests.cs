using System.Collections.Immutable;
using GpuRuntime.Core.Configuration;
using GpuRuntime.Core.Errors;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Core.Kubernetes;
using GpuRuntime.TestHosts;
using static GpuRuntime.Core.Tests.Kubernetes.NodeGpus;

namespace GpuRuntime.Core.Tests.Kubernetes;

/// <summary>What the kubelet is told of AMD's and Intel's GPUs, of several vendors', and of GPUs that are shared.</summary>
public sealed class ResourceTests
{
    private static readonly RuntimeConfiguration Mixed = new() { KubernetesPartitions = PartitionNaming.Mixed };

    [Test]
    public void Each_vendor_has_its_own_resource_and_Intel_one_of_each_driver() =>
        Assert.That(
            new[] { Nvidia(0), Amd(0), Amd(1), Intel(0, "i915"), Intel(1, "xe") }.Told(),
            Is.EqualTo((string[])
            [
                "nvidia.com/gpu: GPU-00000000-1111-2222-3333-444444444444", "amd.com/gpu: 0000:40:00.0 0000:41:00.0", "gpu.intel.com/i915: 0000:80:00.0", "gpu.intel.com/xe: 0000:81:00.0",
            ]));

    [Test]
    public void A_node_without_GPUs_has_no_resources() => Assert.That(Array.Empty<Gpu>().Told(), Is.Empty);

    [Test]
    public void Partitions_are_GPUs_where_all_are_divided_alike() =>
        Assert.That(Partitions(0, 2, "dpx_nps1").Concat(Partitions(2, 2, "dpx_nps1")).Told(), Is.EqualTo((string[])["amd.com/gpu: 0000:40:00.0-p0 0000:40:00.0-p1 0000:42:00.0-p0 0000:42:00.0-p1"]));

    [Test]
    public void With_single_GPUs_that_are_divided_differently_are_refused()
    {
        var gpus = Partitions(0, 2, "dpx_nps1").Concat(Partitions(2, 4, "qpx_nps4")).Append(Amd(6) with { PartitionMode = "spx_nps1" }).Append(Amd(7));

        Assert.That(
            Refusal.Of(ErrorCode.KubernetesUnsuitable, () => gpus.Told()),
            Is.EqualTo("kubernetes.partitions is single, which takes GPUs that are all divided alike, and here 0000:40:00.0 is dpx_nps1, 0000:42:00.0 is qpx_nps4, 0000:46:00.0 is spx_nps1, 0000:47:00.0 is in one piece; divide them alike (amd-smi set --compute-partition), or set kubernetes.partitions to mixed."));
    }

    [Test]
    public void GPUs_that_are_divided_differently_are_seen_where_no_file_tells_a_mode() =>
        Assert.That(
            Refusal.Of(ErrorCode.KubernetesUnsuitable, () => Partitions(0, 2, null).Concat(Partitions(2, 4, null)).Concat(Partitions(6, 4, null)).Told()),
            Does.Contain("0000:40:00.0 is in 2 partitions, 0000:42:00.0 and 0000:46:00.0 are in 4 partitions"));

    [Test]
    public void Models_that_cannot_be_divided_are_GPUs_beside_those_that_are_not() =>
        Assert.That(new[] { Amd(0), Amd(1) with { PartitionMode = "spx_nps1" } }.Told(), Is.EqualTo((string[])["amd.com/gpu: 0000:40:00.0 0000:41:00.0"]));

    [Test]
    public void With_mixed_each_mode_is_a_resource() =>
        Assert.That(
            Partitions(0, 2, "dpx_nps1").Append(Amd(2) with { PartitionMode = "spx_nps1" }).Append(Amd(3)).Told(Mixed),
            Is.EqualTo((string[])["amd.com/dpx_nps1: 0000:40:00.0-p0 0000:40:00.0-p1", "amd.com/spx_nps1: 0000:42:00.0", "amd.com/gpu: 0000:43:00.0"]));

    [TestCase("partitioned-mi300", "amd.com/qpx_nps1 8")]
    [TestCase("many-partitions", "amd.com/cpx_nps4 128")]
    [TestCase("mi210-hives", "amd.com/gpu 8")]
    [TestCase("captured mi300x8-cpx", "amd.com/cpx_nps4 63", Description = "one of the 64 was lost when it was captured")]
    [TestCase("captured mi210x8", "amd.com/gpu 8")]
    public void The_mode_is_read_from_the_host(string host, string expected) => OnHost(host, (gpus, _) =>
        Assert.That(string.Join(", ", PluginResources.Of(gpus, Mixed).Select(resource => $"{resource.Name} {resource.Devices.Length}")), Is.EqualTo(expected)));

    [Test]
    public void A_physical_function_is_left_to_its_virtual_ones_and_told() => OnHost("intel-sriov", (gpus, _) =>
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(gpus.Told(), Is.EqualTo((string[])["gpu.intel.com/xe: 0000:4d:00.1"]));
            Assert.That(PluginResources.LeftOut(gpus, RuntimeConfiguration.Default).Single(), Does.StartWith("intel:0 (0000:4d:00.0) is not offered to Kubernetes: it hands itself out"));
        }
    });

    [Test]
    public void An_integrated_GPU_is_offered() => OnHost("intel-arc-and-igpu", (gpus, _) =>
        Assert.That(gpus.Told(), Is.EqualTo((string[])["gpu.intel.com/i915: 0000:00:02.0", "gpu.intel.com/xe: 0000:0b:00.0"])));

    [Test]
    public void A_GPU_for_graphics_alone_is_offered_only_where_none_of_its_vendor_computes()
    {
        var graphics = Amd(0) with { HasCompute = false };

        using (Assert.EnterMultipleScope())
        {
            Assert.That(new[] { graphics, Amd(1) }.Told(), Is.EqualTo((string[])["amd.com/gpu: 0000:41:00.0"]));
            Assert.That(PluginResources.LeftOut([graphics, Amd(1)], RuntimeConfiguration.Default).Single(), Does.Contain("amd:0").And.Contain("graphics alone"));
            Assert.That(new[] { graphics, Nvidia(0) }.Told(), Has.Member("amd.com/gpu: 0000:40:00.0"));
        }
    }

    [Test]
    public void Shared_GPUs_have_a_resource_that_says_so_and_each_as_many_devices_as_containers() =>
        Assert.That(
            new[] { Amd(0), Intel(0, "xe") }.Told(new RuntimeConfiguration { KubernetesReplicas = 2 }),
            Is.EqualTo((string[])["amd.com/gpu.shared: 0000:40:00.0::0 0000:40:00.0::1", "gpu.intel.com/xe.shared: 0000:80:00.0::0 0000:80:00.0::1"]));

    [Test]
    public void MIG_devices_are_shared_under_their_profiles_name() =>
        Assert.That(new[] { Nvidia(0, Divided("1g.10gb")) }.Resource(new RuntimeConfiguration { KubernetesMig = MigStrategy.Mixed, KubernetesReplicas = 3 }).Name, Is.EqualTo("nvidia.com/mig-1g.10gb.shared"));

    [Test]
    public void Memory_is_one_resource_of_all_vendors_with_a_device_for_each_whole_GiB() =>
        Assert.That(
            new[] { Nvidia(0, Mig(0, null) with { MemoryBytes = 2 * Gibibyte }), Amd(0) with { MemoryBytes = 3 * Gibibyte - 1 } }.Told(Slices),
            Is.EqualTo((string[])
            [
                "gpu-runtime.io/memory-gib: MIG-00000000-aaaa-bbbb-cccc-dddddddddddd::m0 MIG-00000000-aaaa-bbbb-cccc-dddddddddddd::m1 0000:40:00.0::m0 0000:40:00.0::m1",
            ]));

    [Test]
    public void Memory_that_is_unknown_or_less_than_a_GiB_is_not_offered_and_told()
    {
        ImmutableArray<Gpu> gpus = [Nvidia(0), Amd(0) with { MemoryBytes = Gibibyte / 2 }, Intel(0, "i915")];

        using (Assert.EnterMultipleScope())
        {
            Assert.That(gpus.Told(Slices), Is.Empty);
            Assert.That(PluginResources.LeftOut(gpus, Slices), Is.EqualTo((string[])
            [
                "nvidia:0 (0000:10:00.0) is not offered to Kubernetes: how much memory it has is not known; gpu-runtime devices --refresh asks nvidia-smi.",
                "amd:0 (0000:40:00.0) is not offered to Kubernetes: it has less than one GiB of memory of its own (536870912 bytes).",
                "intel:0 (0000:80:00.0) is not offered to Kubernetes: how much memory it has is not known.",
            ]));
        }
    }

    [Test]
    public void Two_ways_to_share_contradict_each_other() =>
        Assert.That(Refusal.Of(ErrorCode.KubernetesUnsuitable, () => Array.Empty<Gpu>().Told(Slices with { KubernetesReplicas = 2 })), Does.Contain("kubernetes.memorySlices and kubernetes.replicas"));

    [Test]
    public void Nodes_alone_hold_nobody_to_an_amount_of_memory() =>
        Assert.That(Refusal.Of(ErrorCode.KubernetesUnsuitable, () => Array.Empty<Gpu>().Told(Slices with { KubernetesDeviceList = DeviceListStrategy.Nodes })), Does.Contain("deviceList=nodes"));

    [Test]
    public void No_share_at_all_is_refused() =>
        Assert.That(Refusal.Of(ErrorCode.KubernetesUnsuitable, () => Array.Empty<Gpu>().Told(new RuntimeConfiguration { KubernetesReplicas = 0 })), Does.Contain("kubernetes.replicas is 0"));

    [Test]
    public void A_mode_that_the_driver_is_just_changing_is_none()
    {
        using var machine = MixedMachine.Create(ReadyHosts.PartitionedMi300);
        File.WriteAllText(machine.PciPath("0000:26:00.0", "current_compute_partition"), "UNKNOWN\n");

        Assert.That(machine.Gpus.Select(gpu => gpu.PartitionMode).Distinct(), Is.EqualTo((string?[])[null, "qpx_nps1"]));
    }
}

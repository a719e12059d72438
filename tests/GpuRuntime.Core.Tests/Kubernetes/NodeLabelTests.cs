using System.Text.RegularExpressions;
using FsCheck;
using FsCheck.Fluent;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Core.Kubernetes;
using static GpuRuntime.Core.Tests.Kubernetes.NodeGpus;

namespace GpuRuntime.Core.Tests.Kubernetes;

/// <summary>Labels by which pods choose nodes.</summary>
public sealed partial class NodeLabelTests
{
    private static readonly Gpu A100 = Nvidia(0) with { Name = "NVIDIA A100-SXM4-40GB", Driver = "nvidia", DriverVersion = "550.163.01", MemoryBytes = 40960L << 20, PciId = "10de:20b0", PciClass = "0302" };

    [Test]
    public void A_feature_file_has_a_line_for_each_label() =>
        Assert.That(NodeLabels.FeatureFile([A100, A100 with { Index = 1, PciAddress = new PciAddress(0, 0x11, 0, 0) }]), Is.EqualTo(
            """
            accelerator=nvidia-a100-sxm4-40gb
            gpu-runtime.io/accelerator=nvidia-a100-sxm4-40gb
            gpu-runtime.io/nvidia.count=2
            gpu-runtime.io/nvidia.driver=nvidia
            gpu-runtime.io/nvidia.driver-version=550.163.01
            gpu-runtime.io/nvidia.memory-mib=40960
            gpu-runtime.io/nvidia.product=NVIDIA-A100-SXM4-40GB
            nvidia.com/cuda.driver-version.full=550.163.01
            nvidia.com/cuda.driver-version.major=550
            nvidia.com/cuda.driver-version.minor=163
            nvidia.com/cuda.driver-version.revision=01
            nvidia.com/gpu.count=2
            nvidia.com/gpu.memory=40960
            nvidia.com/gpu.product=NVIDIA-A100-SXM4-40GB

            """));

    [Test]
    public void A_node_without_GPUs_has_no_labels() => Assert.That(NodeLabels.FeatureFile([]), Is.Empty);

    [Test]
    public void A_host_of_three_vendors_has_the_labels_of_each() => OnHost("three-vendors", (gpus, _) =>
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(NodeLabels.Of(gpus).Where(label => label.Key.EndsWith(".count", StringComparison.Ordinal)).Select(label => $"{label.Key}={label.Value}"), Is.EqualTo((string[])
                ["gpu-runtime.io/amd.count=2", "gpu-runtime.io/intel.count=1", "gpu-runtime.io/nvidia.count=2", "gpu.intel.com/device-id.0300-e20b.count=1", "nvidia.com/gpu.count=2"]));
            Assert.That(NodeLabels.Of(gpus)["accelerator"], Is.EqualTo("nvidia-h100-80gb-hbm3"));
            Assert.That(NodeLabels.Of(gpus)["amd.com/gpu.product-name"], Is.EqualTo("AMD_INSTINCT_MI210"));
            Assert.That(NodeLabels.Of(gpus)["amd.com/gpu.vram"], Is.EqualTo("64G"));
            Assert.That(NodeLabels.Of(gpus)["amd.com/gpu.device-id"], Is.EqualTo("740f"));
            Assert.That(NodeLabels.Of(gpus)["gpu.intel.com/device-id.0300-e20b.present"], Is.EqualTo("true"));
            Assert.That(NodeLabels.Of(gpus)["gpu-runtime.io/intel.product"], Is.EqualTo("e20b"));
            Assert.That(NodeLabels.Of(gpus)["gpu-runtime.io/intel.driver"], Is.EqualTo("xe"));
        }
    });

    [TestCase("apu-beside-card", "amd-radeon-rx-7900-xtx")]
    [TestCase("intel-arc-and-igpu", "intel-e20b")]
    [TestCase("intel-sriov", "intel-e211")]
    [TestCase("mi210-hives", "amd-instinct-mi210")]
    [TestCase("partitioned-mi300", "amd-instinct-mi300x")]
    [TestCase("nvidia", "nvidia-h100-80gb-hbm3")]
    public void The_accelerator_is_vendor_and_model_in_lower_case(string host, string expected) => OnHost(host, (gpus, _) => Assert.That(NodeLabels.Of(gpus)["accelerator"], Is.EqualTo(expected)));

    [Test]
    public void Of_several_vendors_the_one_with_most_cards_is_the_accelerator_and_of_equals_NVIDIA()
    {
        var amd = Enumerable.Range(0, 2).Select(index => Amd(index) with { Name = "MI210" });
        var integrated = Enumerable.Range(2, 4).Select(index => Intel(index, "i915") with { IsIntegrated = true });

        using (Assert.EnterMultipleScope())
        {
            Assert.That(NodeLabels.Of([A100, .. amd, .. integrated])["accelerator"], Is.EqualTo("amd-mi210"));
            Assert.That(NodeLabels.Of([A100, amd.First(), .. integrated])["accelerator"], Is.EqualTo("nvidia-a100-sxm4-40gb"));
        }
    }

    [Test]
    public void Of_several_models_the_labels_speak_of_the_one_that_most_are() =>
        Assert.That(NodeLabels.Of([Amd(0) with { Name = "MI100" }, Amd(1) with { Name = "MI210" }, Amd(2) with { Name = "MI210" }])["gpu-runtime.io/amd.product"], Is.EqualTo("MI210"));

    [Test]
    public void Partitions_are_counted_apart_from_their_GPUs() => OnHost("partitioned-mi300", (gpus, _) =>
    {
        var labels = NodeLabels.Of(gpus);

        Assert.That(
            (labels["gpu-runtime.io/amd.count"], labels["gpu-runtime.io/amd.partitions"], labels["amd.com/gpu.compute-memory-partition"], labels["gpu-runtime.io/amd.memory-mib"], labels.ContainsKey("amd.com/gpu.vram")),
            Is.EqualTo(("2", "8", "qpx_nps1", "49152", false)));
    });

    [Test]
    public void MIG_devices_are_counted_apart_from_their_GPUs()
    {
        var labels = NodeLabels.Of([Nvidia(0, Divided("1g.10gb", "1g.10gb")), Nvidia(1)]);

        Assert.That((labels["gpu-runtime.io/nvidia.count"], labels["gpu-runtime.io/nvidia.mig-devices"]), Is.EqualTo(("2", "2")));
    }

    [TestCase("NVIDIA A100-SXM4-40GB", "NVIDIA-A100-SXM4-40GB")]
    [TestCase("Intel(R) Arc(TM) A770", "Intel-R-Arc-TM-A770")]
    [TestCase("  [padded]  ", "padded")]
    [TestCase("naïve 日本語 name", "na-ve-name")]
    [TestCase("-_.", "20b0", Description = "the device's PCI id, where the name has no letter")]
    [TestCase("", "20b0")]
    [TestCase(null, "20b0")]
    [TestCase("12345678901234567890123456789012345678901234567890123456789012 3456", "12345678901234567890123456789012345678901234567890123456789012")]
    [TestCase("123456789012345678901234567890123456789012345678901234567890123456", "123456789012345678901234567890123456789012345678901234567890123")]
    public void A_name_becomes_a_label_that_people_recognise(string? name, string label) =>
        Assert.That(NodeLabels.Of([A100 with { Name = name }])["gpu-runtime.io/nvidia.product"], Is.EqualTo(label));

    [Test]
    public void Whatever_a_GPU_is_called_each_line_keeps_Kubernetes_rules() =>
        Prop.ForAll(ArbMap.Default.ArbFor<string?>(), ArbMap.Default.ArbFor<string?>(), ArbMap.Default.ArbFor<GpuVendor>(), (name, version, vendor) =>
        {
            var gpu = A100 with { Vendor = vendor, Name = name + name + name, DriverVersion = version, Driver = version, PartitionMode = name };
            return NodeLabels.FeatureFile([gpu]).Split('\n')[..^1].All(line => Label().IsMatch(line));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(1000));

    [GeneratedRegex(@"^([a-z0-9.-]+/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?=[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?\z")]
    private static partial Regex Label();
}

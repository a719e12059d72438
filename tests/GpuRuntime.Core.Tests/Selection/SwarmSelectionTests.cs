using GpuRuntime.Core.Configuration;
using GpuRuntime.Core.Errors;
using static GpuRuntime.Core.Tests.Selection.GpuBuilder;

namespace GpuRuntime.Core.Tests.Selection;

/// <summary>What Swarm sets for a generic resource: UUIDs of a named kind, or the number of a discrete one.</summary>
public sealed class SwarmSelectionTests
{
    private const string NvidiaUuid = "GPU-00000000-1111-2222-3333-444444444400";

    [TestCase("DOCKER_RESOURCE_NVIDIA-GPU=" + NvidiaUuid, "nvidia:0")]
    [TestCase("DOCKER_RESOURCE_NVIDIA-GPU=gpu-00000000-1111-2222-3333-444444444400", "nvidia:0")]
    [TestCase("DOCKER_RESOURCE_NVIDIA-GPU=GPU-00000000", "nvidia:0")]
    [TestCase("DOCKER_RESOURCE_AMD_GPU=0x0a6d7e1ef9b172dd", "amd:0")]
    [TestCase("DOCKER_RESOURCE_AMD_GPU=0x0a6d7e1ef9b172dd,0x0a6d7e1e00000001", "amd:0 amd:1")]
    [TestCase("DOCKER_RESOURCE_GPU=0x0a6d7e1ef9b172dd," + NvidiaUuid, "nvidia:0 amd:0")]
    [TestCase("DOCKER_RESOURCE_GPU_COMPUTE=0x0a6d7e1ef9b172dd", "amd:0")]
    [TestCase("DOCKER_RESOURCE_ACCELERATOR=0x0a6d7e1ef9b172dd", "amd:0")]
    public void UUIDs_select_their_GPUs_whatever_the_kind_is_called(string entry, string expected) => Assert.That(Mixed.SelectedBy(entry), Is.EqualTo(expected));

    [TestCase("DOCKER_RESOURCE_INTEL-GPU=0000:0b:00.0", "intel:0")]
    [TestCase("DOCKER_RESOURCE_GPU=0000:0B:00.0,amd:1", "amd:1 intel:0")]
    [TestCase("DOCKER_RESOURCE_AMD_GPU=amd:1", "amd:1")]
    [TestCase("DOCKER_RESOURCE_NVIDIA-GPU=nvidia:0", "nvidia:0")]
    [TestCase("DOCKER_RESOURCE_ACCELERATOR=0000:0b:00.0", "intel:0")]
    public void PCI_addresses_and_names_with_a_vendor_select_their_GPUs(string entry, string expected) => Assert.That(Mixed.SelectedBy(entry), Is.EqualTo(expected));

    [TestCase("DOCKER_RESOURCE_GPU=2", "nvidia:0 amd:0")]
    [TestCase("DOCKER_RESOURCE_AMD_GPU=2", "amd:0 amd:1")]
    [TestCase("DOCKER_RESOURCE_NVIDIA-GPU=1", "nvidia:0")]
    [TestCase("DOCKER_RESOURCE_GPU=0", "nothing")]
    public void A_number_is_a_count_and_not_an_index(string entry, string expected) => Assert.That(Mixed.SelectedBy(entry), Is.EqualTo(expected));

    [TestCase("DOCKER_RESOURCE_SSD=3")]
    [TestCase("DOCKER_RESOURCE_LICENCE=abc,def")]
    [TestCase("DOCKER_RESOURCE_FPGA=0xfeed")]
    [TestCase("DOCKER_RESOURCE_FPGA=0000:5e:00.0")]
    [TestCase("DOCKER_RESOURCE_SEAT=0:1,amd:0")]
    public void Resources_of_other_kinds_are_none_of_our_business(string entry)
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Mixed.SelectedBy(entry), Is.EqualTo("nothing"));
            Assert.That(Mixed.SelectedBy(entry, "NVIDIA_VISIBLE_DEVICES=0"), Is.EqualTo("nvidia:0"));
        }
    }

    [Test]
    public void A_resource_takes_the_place_of_its_own_vendors_variable() =>
        Assert.That(Mixed.SelectedBy("DOCKER_RESOURCE_AMD_GPU=0x0a6d7e1ef9b172dd", "AMD_VISIBLE_DEVICES=all"), Is.EqualTo("amd:0"));

    [Test]
    public void A_resource_never_overrides_another_vendors_variable() =>
        Assert.That(
            Mixed.SelectedBy("DOCKER_RESOURCE_AMD_GPU=0x0a6d7e1ef9b172dd", "NVIDIA_VISIBLE_DEVICES=all", "INTEL_VISIBLE_DEVICES=0"), Is.EqualTo("nvidia:0 amd:0 intel:0"));

    [Test]
    public void Resources_of_two_vendors_add_up() =>
        Assert.That(Mixed.SelectedBy("DOCKER_RESOURCE_AMD_GPU=1", $"DOCKER_RESOURCE_NVIDIA-GPU={NvidiaUuid}"), Is.EqualTo("nvidia:0 amd:0"));

    [TestCase("DOCKER_RESOURCE_GPU=GPU-ffffffff-1111-2222-3333-444444444400")]
    [TestCase("DOCKER_RESOURCE_AMD_GPU=0x0a6d7e1ef9b172dd,0xfeed")]
    [TestCase("DOCKER_RESOURCE_ACCELERATOR=0x0a6d7e1ef9b172dd,0xfeed")]
    [TestCase("DOCKER_RESOURCE_INTEL-GPU=0000:3b:00.0")]
    [TestCase("DOCKER_RESOURCE_AMD_GPU=amd:2")]
    [TestCase("DOCKER_RESOURCE_AMD_GPU=amd:0-1")]
    [TestCase("DOCKER_RESOURCE_AMD_GPU=amd:all")]
    [TestCase("DOCKER_RESOURCE_GPU=0x0a6d7e1ef9b172dd,0")]
    public void A_name_of_no_GPU_fails_and_lists_what_the_host_has(string entry) =>
        Assert.That(Refusal.Of(ErrorCode.GpuNotFound, () => Mixed.SelectedBy(entry)), Does.StartWith(entry.Split('=')[0]).And.Contain("amd:0").And.Contain("nvidia:0"));

    [Test]
    public void More_than_the_host_has_fails() =>
        Assert.That(Refusal.Of(ErrorCode.GpuNotFound, () => Mixed.SelectedBy("DOCKER_RESOURCE_AMD_GPU=3")), Does.Contain("3 GPUs").And.Contain("amd:1"));

    [Test]
    public void A_variable_that_the_configuration_names_must_hold_GPUs()
    {
        var configuration = RuntimeConfiguration.Default with { SwarmResources = ["MY_CARDS"] };

        using (Assert.EnterMultipleScope())
        {
            Assert.That(Mixed.SelectedBy(configuration, $"MY_CARDS={NvidiaUuid}"), Is.EqualTo("nvidia:0"));
            Assert.That(Mixed.SelectedBy(configuration, "MY_CARDS=1"), Is.EqualTo("nvidia:0"));
            Assert.That(Refusal.Of(ErrorCode.GpuNotFound, () => Mixed.SelectedBy(configuration, "MY_CARDS=abc")), Does.Contain("MY_CARDS"));
        }
    }
}

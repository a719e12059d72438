using System.Collections.Immutable;
using GpuRuntime.Core.Errors;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Core.Swarm;
using static GpuRuntime.Core.Tests.Selection.GpuBuilder;

namespace GpuRuntime.Core.Tests.Swarm;

/// <summary>What a node with these GPUs tells Swarm.</summary>
public sealed class SwarmAdvertisementTests
{
    private const string Uuid = "GPU-00000000-1111-2222-3333-444444444400";

    private static readonly ImmutableArray<MigDevice> Divided = [new(0, 2, 0), new(1, 9, 0)];

    [Test]
    public void A_GPU_is_named_by_its_UUID_and_by_its_PCI_address_where_it_has_none() =>
        Assert.That(SwarmAdvertisement.Of(Mixed), Is.EqualTo((string[])
            [$"NVIDIA-GPU={Uuid}", "AMD_GPU=0x0a6d7e1ef9b172dd", "AMD_GPU=0x0a6d7e1e00000001", "INTEL-GPU=0000:0b:00.0"]));

    [TestCase(GpuVendor.Nvidia, "NVIDIA-GPU=" + Uuid)]
    [TestCase(GpuVendor.Amd, "AMD_GPU=0x0a6d7e1ef9b172dd AMD_GPU=0x0a6d7e1e00000001")]
    [TestCase(GpuVendor.Intel, "INTEL-GPU=0000:0b:00.0")]
    public void One_vendors_GPUs_can_be_advertised_alone(GpuVendor vendor, string expected) =>
        Assert.That(string.Join(' ', SwarmAdvertisement.Of(Mixed, vendor)), Is.EqualTo(expected));

    [Test]
    public void GPUs_that_report_the_same_UUID_are_named_by_their_PCI_addresses()
    {
        ImmutableArray<Gpu> host = [Gpu(GpuVendor.Amd, 0, "0000:0c:00.0", "0x0a6d"), Gpu(GpuVendor.Amd, 1, "0000:0d:00.0", "0xA6D")];

        Assert.That(SwarmAdvertisement.Of(host), Is.EqualTo((string[])["AMD_GPU=0000:0c:00.0", "AMD_GPU=0000:0d:00.0"]));
    }

    [Test]
    public void Partitions_that_share_UUID_and_PCI_address_are_named_by_their_index()
    {
        ImmutableArray<Gpu> host =
        [
            Gpu(GpuVendor.Amd, 0, "0000:0c:00.0", "0x0a6d") with { Partition = 0 },
            Gpu(GpuVendor.Amd, 1, "0000:0c:00.0", "0x0a6d") with { Partition = 1 },
            Gpu(GpuVendor.Amd, 2, "0000:0d:00.0", "0x0b6d"),
        ];

        Assert.That(SwarmAdvertisement.Of(host), Is.EqualTo((string[])["AMD_GPU=amd:0", "AMD_GPU=amd:1", "AMD_GPU=0x0b6d"]));
    }

    [Test]
    public void A_divided_GPU_is_advertised_as_its_MIG_devices()
    {
        ImmutableArray<Gpu> host = [Gpu(GpuVendor.Nvidia, 0, "0000:09:00.0", Uuid) with { MigDevices = Divided }, Gpu(GpuVendor.Nvidia, 1, "0000:0a:00.0", "GPU-11")];

        Assert.That(SwarmAdvertisement.Of(host), Is.EqualTo((string[])[$"NVIDIA-GPU=MIG-{Uuid}/2/0", $"NVIDIA-GPU=MIG-{Uuid}/9/0", "NVIDIA-GPU=GPU-11"]));
    }

    [Test]
    public void MIG_devices_of_a_GPU_whose_UUID_nobody_read_yet_are_named_by_their_place()
    {
        ImmutableArray<Gpu> host = [Gpu(GpuVendor.Nvidia, 0, "0000:09:00.0", null) with { MigDevices = Divided }];

        Assert.That(SwarmAdvertisement.Of(host), Is.EqualTo((string[])["NVIDIA-GPU=0:0", "NVIDIA-GPU=0:1"]));
    }

    [Test]
    public void The_one_GPU_of_WSL2_stands_for_all() =>
        Assert.That(SwarmAdvertisement.Of([Gpu(GpuVendor.Nvidia, 0, "0000:09:00.0", null) with { IsEveryGpu = true }]), Is.EqualTo((string[])["NVIDIA-GPU=nvidia:0"]));

    [Test]
    public void A_physical_function_is_left_to_its_virtual_ones()
    {
        ImmutableArray<Gpu> host = [Gpu(GpuVendor.Intel, 0, "0000:4d:00.0", null) with { OffersVirtualFunctions = true }, Gpu(GpuVendor.Intel, 1, "0000:4d:00.1", null)];

        Assert.That(SwarmAdvertisement.Of(host), Is.EqualTo((string[])["INTEL-GPU=0000:4d:00.1"]));
    }

    [Test]
    public void A_GPU_for_graphics_alone_is_advertised_only_where_none_of_its_vendor_computes()
    {
        ImmutableArray<Gpu> host =
        [
            Gpu(GpuVendor.Amd, 0, "0000:0c:00.0", null) with { HasCompute = false }, Gpu(GpuVendor.Amd, 1, "0000:0d:00.0", null),
        ];

        Assert.That(SwarmAdvertisement.Of(host), Is.EqualTo((string[])["AMD_GPU=0000:0d:00.0"]));
        Assert.That(SwarmAdvertisement.Of([host[0]]), Is.EqualTo((string[])["AMD_GPU=0000:0c:00.0"]));
    }

    [Test]
    public void A_host_without_GPUs_has_nothing_to_advertise_and_says_so()
    {
        Assert.That(Refusal.Of(ErrorCode.NoGpu, () => SwarmAdvertisement.Of([])), Does.Contain("no GPU to advertise"));
        Assert.That(Refusal.Of(ErrorCode.NoGpu, () => SwarmAdvertisement.Of([Mixed[0]], GpuVendor.Amd)), Does.Contain("no AMD GPU").And.Contain("nvidia:0"));
    }

    [Test]
    public void The_fragment_is_one_object_of_daemon_json() =>
        Assert.That(DaemonFragment.Of(["NVIDIA-GPU=" + Uuid, "INTEL-GPU=0000:0b:00.0"]), Is.EqualTo(
            """
            {
              "node-generic-resources": [
                "NVIDIA-GPU=GPU-00000000-1111-2222-3333-444444444400",
                "INTEL-GPU=0000:0b:00.0"
              ]
            }
            """));
}

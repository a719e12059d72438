using GpuRuntime.Core.Errors;
using GpuRuntime.Core.Tests.Selection;
using GpuRuntime.TestHosts;

namespace GpuRuntime.Core.Tests.Vendors.Amd;

/// <summary>Accelerators divided into partitions, of which each is a GPU of its own.</summary>
public sealed class PartitionTests
{
    [Test]
    public void Dead_slots_are_never_offered()
    {
        using var machine = MixedMachine.Create(ReadyHosts.PartitionedMi300);
        var dead = machine.Host.DeadAmdPartitions.SelectMany(partition => new[] { $"/dev/dri/card{partition.CardNumber}", $"/dev/dri/renderD{partition.RenderNumber}" }).ToList();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(dead, Has.Count.EqualTo(8));
            Assert.That(machine.Nodes("AMD_VISIBLE_DEVICES=all").Intersect(dead), Is.Empty);
            Assert.That(machine.Nodes("AMD_VISIBLE_DEVICES=all").Count(), Is.EqualTo((8 * 2) + 1));
        }
    }

    [Test]
    public void A_PCI_address_is_every_partition_of_its_GPU()
    {
        using var machine = MixedMachine.Create(ReadyHosts.PartitionedMi300);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(machine.Gpus.Selected("0000:26:00.0"), Is.EqualTo("amd:0 amd:1 amd:2 amd:3"));
            Assert.That(machine.Gpus.SelectedBy("AMD_VISIBLE_DEVICES=0000:A6:00.0"), Is.EqualTo("amd:4 amd:5 amd:6 amd:7"));
            Assert.That(machine.Gpus.Selected("amd:0000:26:00.0,amd:1,amd:5"), Is.EqualTo("amd:0 amd:1 amd:2 amd:3 amd:5"));
        }
    }

    [Test]
    public void An_index_is_one_partition()
    {
        using var machine = MixedMachine.Create(ReadyHosts.PartitionedMi300);
        var partition = machine.Host.AmdPartitions[5];

        Assert.That(machine.Nodes("AMD_VISIBLE_DEVICES=5"), Is.EqualTo($"/dev/dri/card{partition.CardNumber} /dev/dri/renderD{partition.RenderNumber} /dev/kfd".Split(' ')));
    }

    [TestCase("0x5e2a90c41bd7f308", "amd:0 amd:1 amd:2 amd:3")]
    [TestCase("GPU-c7716be20f394ad5", "amd:4 amd:5 amd:6 amd:7")]
    public void A_UUID_that_partitions_share_is_all_of_them(string uuid, string expected)
    {
        using var machine = MixedMachine.Create(ReadyHosts.PartitionedMi300);

        Assert.That(machine.Gpus.SelectedBy($"AMD_VISIBLE_DEVICES={uuid}"), Is.EqualTo(expected));
    }

    // The number of the third: the GPU's and 2.
    [TestCase("0x5e2a90c41bd7f308", "amd:0")]
    [TestCase("0x5e2a90c41bd7f30a", "amd:2")]
    [TestCase("0x5E2A90C41BD7F30B,0x5E2A90C41BD7F309", "amd:1 amd:3")]
    public void A_UUID_of_a_partitions_own_is_that_one(string uuid, string expected)
    {
        using var machine = MixedMachine.Create(Distinct);

        Assert.That(machine.Gpus.SelectedBy($"AMD_VISIBLE_DEVICES={uuid}"), Is.EqualTo(expected));
    }

    [Test]
    public void The_beginning_that_distinct_UUIDs_have_in_common_is_refused()
    {
        using var machine = MixedMachine.Create(Distinct);

        Assert.That(Refusal.Of(ErrorCode.GpuNotFound, () => machine.Gpus.Selected("0x5e2a90c4")), Does.Contain("4 UUIDs"));
    }

    // A host of eight MI300X in CPX was seen with 63 partitions.
    [Test]
    public void GPUs_may_have_unequal_numbers_of_partitions()
    {
        using var machine = MixedMachine.Create(new SimulatedHostOptions
        {
            Kfd = new KfdOptions { ReversedNodes = true },
            Amd =
            [
                Mi300("0000:26:00.0", 0, 128, 8), Mi300("0000:46:00.0", 1, 129, 7) with { DeadSlots = 1 },
                Mi300("0000:66:00.0", 2, 130, 1), Mi300("0000:86:00.0", 3, 131, 2),
            ],
        });
        var gpus = machine.Gpus;

        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                machine.Each(gpu => $"{gpu.PciAddress.Bus:x}/{gpu.Partition}"),
                Is.EqualTo("26/0 26/1 26/2 26/3 26/4 26/5 26/6 26/7 46/0 46/1 46/2 46/3 46/4 46/5 46/6 66/ 86/0 86/1"));
            Assert.That(gpus.Select(gpu => gpu.Index), Is.EqualTo(Enumerable.Range(0, 18)));
            Assert.That(gpus[14], Has.Property("Partition").EqualTo(6).And.Property("RenderMinor").EqualTo(machine.Host.AmdPartitions[14].RenderNumber));
            Assert.That(Refusal.Of(ErrorCode.GpuNotFound, () => gpus.Selected("device=18")), Does.Contain("\"18\"").And.Contain("amd:0"));
        }
    }

    [Test]
    public void GPUs_at_the_same_place_of_two_domains_keep_their_own_partitions()
    {
        using var machine = MixedMachine.Create(new SimulatedHostOptions { Amd = [Mi300("0000:26:00.0", 0, 128, 2), Mi300("0001:26:00.0", 1, 129, 4)] });

        Assert.That(
            machine.Gpus.Select(gpu => $"{gpu.PciAddress} {gpu.RenderMinor}"),
            Is.EqualTo(machine.Host.AmdPartitions.Select(partition => $"{partition.Gpu.PciAddress} {partition.RenderNumber}")));
    }

    [Test]
    public void Partitions_beyond_the_first_have_no_link_by_path()
    {
        using var machine = MixedMachine.Create(ReadyHosts.PartitionedMi300);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(machine.Plan("AMD_VISIBLE_DEVICES=1-3")!.Symlinks, Is.Empty);
            Assert.That(
                string.Join('\n', machine.Plan("AMD_VISIBLE_DEVICES=0-3")!.Symlinks.Select(link => $"{link.Path} {link.Target}")),
                Is.EqualTo("/dev/dri/by-path/pci-0000:26:00.0-card ../card6\n/dev/dri/by-path/pci-0000:26:00.0-render ../renderD133"));
        }
    }

    private static SimulatedHostOptions Distinct => ReadyHosts.PartitionedMi300 with
    {
        Amd = [.. ReadyHosts.PartitionedMi300.Amd.Select(gpu => gpu with { PartitionUniqueIds = PartitionUniqueIds.Distinct })],
    };

    private static SimulatedAmdGpu Mi300(string address, int card, int render, int partitions) =>
        new() { PciAddress = address, DeviceId = "0x74a1", Class = "0x120000", CardNumber = card, RenderNumber = render, Partitions = partitions };
}

using GpuRuntime.Core.Allocation;
using GpuRuntime.Core.Inventory;

namespace GpuRuntime.Core.Tests.Allocation;

/// <summary>Names of what can be held: places on the bus, which are file names of the ledger.</summary>
public sealed class HeldUnitTests
{
    [Test]
    public void A_GPU_is_named_by_its_PCI_address_and_not_by_its_index()
    {
        var unit = HeldUnit.Of(AllocationScene.Card(0x3a)).Single();

        Assert.That((unit.Name, unit.Id, unit.IsInstance, unit.MemoryBytes), Is.EqualTo(("0000:3b:00.0", "nvidia:58", false, (long?)(24 * AllocationScene.Gibibyte))));
    }

    [Test]
    public void A_domain_of_more_than_four_digits_keeps_them() =>
        Assert.That(HeldUnit.Of(AllocationScene.Card(0) with { PciAddress = PciAddress.Parse("00010000:01:00.0")!.Value }).Single().Name, Is.EqualTo("10000:01:00.0"));

    [Test]
    public void Partitions_of_a_GPU_share_the_address_and_differ_by_number()
    {
        var names = Enumerable.Range(0, 8).Select(partition => AllocationScene.Card(partition) with { Vendor = GpuVendor.Amd, PciAddress = PciAddress.Parse("0000:26:00.0")!.Value, Partition = partition })
            .SelectMany(gpu => HeldUnit.Of(gpu)).ToArray();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(names.Select(unit => unit.Name), Is.EqualTo(Enumerable.Range(0, 8).Select(partition => $"0000:26:00.0-p{partition}")));
            Assert.That(names.Select(unit => unit.IsInstance), Is.All.True);
            Assert.That(names[3].Id, Is.EqualTo("amd:3"));
        }
    }

    [Test]
    public void MIG_devices_are_units_of_their_own_and_their_GPU_is_none()
    {
        var gpu = AllocationScene.Card(2) with { MigDevices = [new(0, 7, 0) { Uuid = "MIG-1", MemoryBytes = 5 }, new(1, 9, 3)] };

        var units = HeldUnit.Of(gpu);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(units.Select(unit => unit.Name), Is.EqualTo((string[])["0000:03:00.0-gi7-ci0", "0000:03:00.0-gi9-ci3"]));
            Assert.That(units.Select(unit => unit.Id), Is.EqualTo((string[])["nvidia:2:0", "nvidia:2:1"]));
            Assert.That(units.Select(unit => unit.Uuid), Is.EqualTo((string?[])["MIG-1", null]), "a device without one does not get its GPU's");
            Assert.That(units.Select(unit => unit.MemoryBytes), Is.EqualTo((long?[])[5, null]), "nor its memory");
        }
    }
}

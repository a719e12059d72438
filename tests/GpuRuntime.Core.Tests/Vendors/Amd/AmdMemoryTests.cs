using System.Globalization;
using GpuRuntime.TestHosts;

namespace GpuRuntime.Core.Tests.Vendors.Amd;

/// <summary>The memory of GPUs and of partitions, and the files that tell it.</summary>
public sealed class AmdMemoryTests
{
    [Test]
    public void A_partition_has_what_KFD_lets_it_use()
    {
        using var machine = MixedMachine.Create(ReadyHosts.PartitionedMi300);

        Assert.That(machine.Each(gpu => gpu.MemoryBytes >> 30), Is.EqualTo("48 48 48 48 48 48 48 48"));
    }

    // Two banks: the part that the processor sees and the part that it does not. A bank of system memory is not the GPU's.
    [Test]
    public void Banks_of_device_memory_add_up_and_others_do_not_count()
    {
        using var machine = MixedMachine.Create(ReadyHosts.PartitionedMi300);
        Bank(machine, 1, "heap_type 2\nsize_in_bytes 1073741824\n");
        Bank(machine, 2, "heap_type 0\nsize_in_bytes 274877906944\n");
        Bank(machine, 3, "size_in_bytes 1073741824\n");
        Bank(machine, 4, "heap_type 1\nsize_in_bytes -\n");

        Assert.That(machine.Gpus[3].MemoryBytes >> 30, Is.EqualTo(49));
    }

    [Test]
    public void A_partition_whose_banks_may_not_be_read_has_unknown_memory_and_not_its_GPUs()
    {
        using var machine = MixedMachine.Create(ReadyHosts.PartitionedMi300 with { HasDmem = true });
        Directory.Delete(Path.Combine(Node(machine), "mem_banks"), recursive: true);

        Assert.That(machine.Each(gpu => gpu.MemoryBytes >> 30), Is.EqualTo("48 48 48 - 48 48 48 48"));
    }

    [Test]
    public void A_whole_GPU_goes_by_amdgpu_then_by_KFD_then_by_the_dmem_controller()
    {
        using var machine = MixedMachine.Create(ReadyHosts.Mi210Pair with { HasDmem = true });
        var sizes = new List<string>();

        sizes.Add(machine.Each(gpu => gpu.MemoryBytes >> 30));
        File.WriteAllText(machine.PciPath("0000:43:00.0", "mem_info_vram_total"), $"{60L << 30}\n");
        sizes.Add(machine.Each(gpu => gpu.MemoryBytes >> 30));
        File.Delete(machine.PciPath("0000:43:00.0", "mem_info_vram_total"));
        File.WriteAllText(Path.Combine(Node(machine, 0), "mem_banks/0/properties"), $"heap_type 1\nsize_in_bytes {61L << 30}\n");
        sizes.Add(machine.Each(gpu => gpu.MemoryBytes >> 30));
        Directory.Delete(Path.Combine(Node(machine, 0), "mem_banks"), recursive: true);
        sizes.Add(machine.Each(gpu => gpu.MemoryBytes >> 30));
        File.Delete(Path.Combine(machine.Host.SysRoot, "fs/cgroup/dmem.capacity"));
        sizes.Add(machine.Each(gpu => gpu.MemoryBytes >> 30));

        Assert.That(sizes, Is.EqualTo((string[])["64 64", "60 64", "61 64", "64 64", "- 64"]));
    }

    [Test]
    public void A_start_reads_compute_units_and_no_memory()
    {
        using var machine = MixedMachine.Create(ReadyHosts.PartitionedMi300);
        var identified = Core.Vendors.VendorModules.Identify(machine.Root);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(identified.Select(gpu => gpu.MemoryBytes), Is.All.Null);
            Assert.That(identified.Select(gpu => gpu.ComputeUnits), Is.All.EqualTo(26));
            Assert.That(identified.Select(gpu => gpu.HasPairedComputeUnits), Is.All.False);
        }
    }

    [Test]
    public void A_GPU_without_KFD_has_no_compute_units()
    {
        using var machine = MixedMachine.Create(ReadyHosts.NoKfd);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(machine.Each(gpu => gpu.ComputeUnits), Is.EqualTo("- -"));
            Assert.That(machine.Each(gpu => gpu.HasPairedComputeUnits), Is.EqualTo("- -"));
        }
    }

    private static void Bank(MixedMachine machine, int number, string properties)
    {
        var directory = Directory.CreateDirectory(Path.Combine(Node(machine), "mem_banks", number.ToString(CultureInfo.InvariantCulture)));
        File.WriteAllText(Path.Combine(directory.FullName, "properties"), properties);
    }

    private static string Node(MixedMachine machine, int index = 3) => Path.Combine(machine.Host.SysRoot, $"class/kfd/kfd/topology/nodes/{machine.Host.AmdPartitions[index].KfdNode}");
}

using GpuRuntime.Agent.Monitoring;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Core.Monitoring.Samples;

namespace GpuRuntime.Linux.Tests.Monitoring.Processes;

/// <summary>What processes use of GPUs, from trees that stand for /proc and /sys. The expected numbers follow from those in the files.</summary>
public sealed class ProcessLookTests : DirectoryFixture
{
    private const long MiB = 1L << 20;

    [Test]
    public void A_process_has_the_memory_and_the_engine_time_of_its_DRM_client()
    {
        using var tree = new ProcessTree(Temporary, ProcessTree.Amd);
        tree.Begin(17);
        tree.Open(17, 5, ProcessTree.AmdgpuFile(7, "drm-memory-vram:\t2048 KiB\ndrm-engine-gfx:\t3000000000 ns\n"));
        Assert.That(tree.ReadOne(10), Is.EqualTo(new GpuProcess(17, "amd:0") { StartTime = 100, MemoryBytes = 2 * MiB, BusySeconds = 3, UsesGraphics = true }));

        tree.Open(17, 5, ProcessTree.AmdgpuFile(7, "drm-memory-vram:\t4096 KiB\ndrm-engine-gfx:\t3500000000 ns\n"));
        Assert.That(tree.ReadOne(12), Is.EqualTo(new GpuProcess(17, "amd:0") { StartTime = 100, MemoryBytes = 4 * MiB, UtilizationRatio = 0.25, BusySeconds = 3.5, UsesGraphics = true }));
    }

    [Test]
    public void A_process_is_as_busy_as_the_engine_that_it_keeps_busiest()
    {
        using var tree = new ProcessTree(Temporary, ProcessTree.I915);
        tree.Begin(17);
        tree.Open(17, 5, ProcessTree.I915File(1, "drm-engine-render:\t0 ns\ndrm-engine-video:\t0 ns\ndrm-engine-capacity-video:\t2\ndrm-resident-local0:\t1 MiB\n"));
        tree.Open(17, 6, ProcessTree.I915File(2, "drm-engine-render:\t0 ns\ndrm-engine-video:\t0 ns\ndrm-engine-capacity-video:\t2\ndrm-resident-local0:\t2 MiB\n"));
        tree.Read(0);
        tree.Open(17, 5, ProcessTree.I915File(1, "drm-engine-render:\t100000000 ns\ndrm-engine-video:\t800000000 ns\ndrm-engine-capacity-video:\t2\ndrm-resident-local0:\t1 MiB\n"));
        tree.Open(17, 6, ProcessTree.I915File(2, "drm-engine-render:\t300000000 ns\ndrm-engine-video:\t400000000 ns\ndrm-engine-capacity-video:\t2\ndrm-resident-local0:\t2 MiB\n"));

        var result = tree.Read(1);
        Assert.That(result.Processes.Single(), Is.EqualTo(new GpuProcess(17, "intel:0") { StartTime = 100, MemoryBytes = 3 * MiB, UtilizationRatio = 0.6000000000000001, BusySeconds = 0.6000000000000001, UsesGraphics = true }));
        Assert.That(Engines(result, "intel:0"), Is.EqualTo("render 0.400 video 0.600"));
    }

    [Test]
    public void Cycles_of_xe_are_parts_of_all_cycles()
    {
        using var tree = new ProcessTree(Temporary, ProcessTree.Xe);
        tree.Begin(17);
        tree.Open(17, 5, ProcessTree.XeFile(1, "drm-cycles-ccs:\t1000\ndrm-total-cycles-ccs:\t50000\ndrm-engine-capacity-ccs:\t2\ndrm-resident-vram0:\t1 MiB\n"));
        Assert.That(tree.ReadOne(0), Is.EqualTo(new GpuProcess(17, "intel:0") { StartTime = 100, MemoryBytes = MiB, UsesCompute = true }));

        tree.Open(17, 5, ProcessTree.XeFile(1, "drm-cycles-ccs:\t2000\ndrm-total-cycles-ccs:\t52000\ndrm-engine-capacity-ccs:\t2\ndrm-resident-vram0:\t1 MiB\n"));
        Assert.That(tree.ReadOne(4), Is.EqualTo(new GpuProcess(17, "intel:0") { StartTime = 100, MemoryBytes = MiB, UtilizationRatio = 0.25, BusySeconds = 1, UsesCompute = true }));
    }

    [Test]
    public void A_file_that_is_shared_counts_for_one_process_and_goes_on_with_another_when_that_one_ends()
    {
        using var tree = new ProcessTree(Temporary, ProcessTree.Amd);
        foreach (var pid in (int[])[30, 20])
        {
            tree.Begin(pid);
            tree.Open(pid, 5, ProcessTree.AmdgpuFile(7, "drm-memory-vram:\t1024 KiB\ndrm-engine-gfx:\t1000000000 ns\n"));
            tree.Open(pid, 6, ProcessTree.AmdgpuFile(7, "drm-memory-vram:\t1024 KiB\ndrm-engine-gfx:\t1000000000 ns\n"));
        }

        Assert.That(tree.ReadOne(0), Is.EqualTo(new GpuProcess(20, "amd:0") { StartTime = 100, MemoryBytes = MiB, BusySeconds = 1, UsesGraphics = true }));
        tree.End(20);
        tree.Open(30, 5, ProcessTree.AmdgpuFile(7, "drm-memory-vram:\t1024 KiB\ndrm-engine-gfx:\t2000000000 ns\n"));
        tree.Read(1);
        // What the first one did is not done again by the second.
        tree.Open(30, 5, ProcessTree.AmdgpuFile(7, "drm-memory-vram:\t1024 KiB\ndrm-engine-gfx:\t2500000000 ns\n"));
        Assert.That(tree.ReadOne(3), Is.EqualTo(new GpuProcess(30, "amd:0") { StartTime = 100, MemoryBytes = MiB, UtilizationRatio = 0.25, BusySeconds = 0.5, UsesGraphics = true }));
    }

    [Test]
    public void A_counter_that_goes_back_tells_nothing_and_one_that_stands_still_nothing_done()
    {
        using var tree = new ProcessTree(Temporary, ProcessTree.Amd);
        tree.Begin(17);
        tree.Open(17, 5, ProcessTree.AmdgpuFile(7, "drm-memory-vram:\t0\ndrm-engine-gfx:\t3000000000 ns\n"));
        tree.Read(0);
        Assert.That(tree.ReadOne(1), Is.EqualTo(new GpuProcess(17, "amd:0") { StartTime = 100, MemoryBytes = 0, UtilizationRatio = 0, BusySeconds = 3, UsesGraphics = true }));

        tree.Open(17, 5, ProcessTree.AmdgpuFile(7, "drm-memory-vram:\t0\ndrm-engine-gfx:\t2000000000 ns\n"));
        Assert.That(tree.ReadOne(2), Is.EqualTo(new GpuProcess(17, "amd:0") { StartTime = 100, MemoryBytes = 0, BusySeconds = 3, UsesGraphics = true }));
    }

    [Test]
    public void Another_process_with_the_same_number_begins_at_nothing()
    {
        using var tree = new ProcessTree(Temporary, ProcessTree.Amd);
        tree.Begin(17, start: 100);
        tree.Open(17, 5, ProcessTree.AmdgpuFile(7, "drm-engine-gfx:\t3000000000 ns\n"));
        tree.Read(0);
        tree.End(17);
        tree.Begin(17, start: 900);
        tree.Open(17, 5, ProcessTree.AmdgpuFile(8, "drm-engine-gfx:\t250000000 ns\n"));

        Assert.That(tree.ReadOne(1), Is.EqualTo(new GpuProcess(17, "amd:0") { StartTime = 900, BusySeconds = 0.25, UsesGraphics = true }));
    }

    [Test]
    public void A_process_that_opens_its_GPU_anew_goes_on_counting()
    {
        using var tree = new ProcessTree(Temporary, ProcessTree.Amd);
        tree.Begin(17);
        tree.Open(17, 5, ProcessTree.AmdgpuFile(7, "drm-engine-gfx:\t3000000000 ns\n"));
        tree.Read(0);
        tree.Close(17, 5);
        Assert.That(tree.Read(1).Processes, Is.Empty);
        tree.Open(17, 6, ProcessTree.AmdgpuFile(9, "drm-engine-gfx:\t500000000 ns\n"));
        tree.Read(2);
        tree.Read(3);

        Assert.That(tree.ReadOne(4), Is.EqualTo(new GpuProcess(17, "amd:0") { StartTime = 100, UtilizationRatio = 0, BusySeconds = 3.5, UsesGraphics = true }));
    }

    [Test]
    public void A_process_that_ends_is_gone_in_the_next_look()
    {
        using var tree = new ProcessTree(Temporary, ProcessTree.Amd);
        tree.Begin(17);
        tree.Open(17, 5, ProcessTree.AmdgpuFile(7, "drm-engine-gfx:\t3000000000 ns\n"));
        tree.Read(0);
        tree.End(17);

        var result = tree.Read(1);
        Assert.That((result.Processes.Length, result.Problems.Length), Is.EqualTo((0, 0)));
    }

    [Test]
    public void KFD_tells_of_memory_and_of_how_much_of_the_GPU_is_filled()
    {
        using var tree = new ProcessTree(Temporary, ProcessTree.Amd);
        tree.Begin(17);
        tree.Kfd(17, memory: 8 * MiB, copied: 1_000_000, occupied: 20);
        Assert.That(tree.ReadOne(0), Is.EqualTo(new GpuProcess(17, "amd:0") { StartTime = 100, MemoryBytes = 8 * MiB, UtilizationRatio = 0.25, UsesCompute = true }));

        tree.Kfd(17, memory: 8 * MiB, copied: 2_000_000, occupied: 0);
        var result = tree.Read(2);
        Assert.That(result.Processes.Single(), Is.EqualTo(new GpuProcess(17, "amd:0") { StartTime = 100, MemoryBytes = 8 * MiB, UtilizationRatio = 0.5, UsesCompute = true }));
        Assert.That(Engines(result, "amd:0"), Is.EqualTo("copy 0.500"));
    }

    [TestCase(8, 2, ExpectedResult = 8)]
    [TestCase(2, 8, ExpectedResult = 8)]
    public long? Of_two_accounts_of_the_same_memory_the_larger_one_counts(int kfd, int drm)
    {
        using var tree = new ProcessTree(Temporary, ProcessTree.Amd);
        tree.Begin(17);
        tree.Open(17, 5, ProcessTree.AmdgpuFile(7, $"drm-memory-vram:\t{drm}\n"));
        tree.Kfd(17, memory: kfd, copied: 0, occupied: 0);
        return tree.ReadOne(0).MemoryBytes;
    }

    [Test]
    public void A_GPU_that_a_compute_program_only_could_use_is_not_used()
    {
        using var tree = new ProcessTree(Temporary, ProcessTree.Amd);
        tree.Begin(17);
        tree.Kfd(17, memory: 0, copied: 0, occupied: 0);
        Assert.That(tree.Read(0).Processes, Is.Empty);

        tree.Kfd(17, memory: 4096, copied: 0, occupied: 0);
        Assert.That(tree.ReadOne(1).MemoryBytes, Is.EqualTo(4096));
        tree.EndKfd(17);
        Assert.That(tree.Read(2).Processes, Is.Empty);
    }

    [Test]
    public void Of_a_partition_KFD_alone_tells()
    {
        using var tree = new ProcessTree(Temporary, ProcessTree.Amd with { Partition = 0 });
        tree.Begin(17);
        tree.Open(17, 5, ProcessTree.AmdgpuFile(7, "drm-memory-vram:\t9999\ndrm-engine-gfx:\t3000000000 ns\n"));
        Assert.That(tree.Read(0).Processes, Is.Empty);

        tree.Kfd(17, memory: 4096, copied: 0, occupied: 8);
        Assert.That(tree.ReadOne(1), Is.EqualTo(new GpuProcess(17, "amd:0") { StartTime = 100, MemoryBytes = 4096, UtilizationRatio = 0.1, UsesCompute = true }));
    }

    [Test]
    public void Engines_of_an_Intel_GPU_that_nobody_uses_rest()
    {
        Temporary.MakeDirectory($"sys/bus/pci/devices/{ProcessTree.IntelAddress}/tile0/gt0/engines/ccs/.defaults");
        Temporary.MakeDirectory($"sys/bus/pci/devices/{ProcessTree.IntelAddress}/tile0/gt0/engines/rcs");
        Temporary.MakeDirectory($"sys/bus/pci/devices/{ProcessTree.IntelAddress}/tile0/gt1/engines/vecs");
        using var tree = new ProcessTree(Temporary, ProcessTree.Xe);

        Assert.That(Engines(tree.Read(0), "intel:0"), Is.EqualTo("compute 0.000 render 0.000 video_enhance 0.000"));
    }

    [Test]
    public void All_processes_together_keep_an_engine_busy_for_no_more_than_all_of_the_time()
    {
        using var tree = new ProcessTree(Temporary, ProcessTree.Xe);
        foreach (var pid in (int[])[17, 18])
        {
            tree.Begin(pid);
            tree.Open(pid, 5, ProcessTree.XeFile(pid, "drm-cycles-rcs:\t0\ndrm-total-cycles-rcs:\t0\n"));
        }

        Assert.That(Engines(tree.Read(0), "intel:0"), Is.Empty);
        foreach (var pid in (int[])[17, 18])
            tree.Open(pid, 5, ProcessTree.XeFile(pid, "drm-cycles-rcs:\t700\ndrm-total-cycles-rcs:\t1000\n"));
        Assert.That(Engines(tree.Read(1), "intel:0"), Is.EqualTo("render 1.000"));
    }

    [Test]
    public void What_cannot_be_read_is_said_once_and_nothing_is_taken_for_rest()
    {
        Temporary.MakeDirectory($"sys/bus/pci/devices/{ProcessTree.IntelAddress}/tile0/gt0/engines/rcs");
        using var tree = new ProcessTree(Temporary, ProcessTree.Xe);
        foreach (var pid in (int[])[17, 18])
        {
            tree.Begin(pid);
            Directory.Delete(Temporary.Combine($"proc/{pid}/fd"));
            Temporary.Write($"proc/{pid}/fd", "a file");
        }

        var result = tree.Read(0);
        Assert.That(result.Problems, Is.EqualTo((string[])[$"What 2 processes use of GPUs is not known, process 17 among them: open {Temporary.Path}/proc/17/fd: not a directory (ENOTDIR)."]));
        Assert.That(result.Engines, Is.Empty);
        tree.End(17);
        tree.End(18);
        Assert.That((string.Join(' ', tree.Read(1).Problems), Engines(tree.Read(2), "intel:0")), Is.EqualTo(("", "render 0.000")));
    }

    [Test]
    public void A_process_that_computes_after_it_was_seen_is_known_in_the_next_look()
    {
        using var tree = new ProcessTree(Temporary, ProcessTree.Amd);
        tree.Begin(17);
        tree.Open(17, 5, ProcessTree.AmdgpuFile(7, "drm-memory-vram:\t0\n"));
        tree.Read(0);
        tree.Kfd(17, memory: 4096, copied: 0, occupied: 40);

        Assert.That(tree.ReadOne(1), Is.EqualTo(new GpuProcess(17, "amd:0") { StartTime = 100, MemoryBytes = 4096, UtilizationRatio = 0.5, UsesCompute = true }));
    }

    [Test]
    public void A_process_with_thousands_of_DRM_files_costs_no_more_than_some_and_is_said_not_to_be_known()
    {
        using var tree = new ProcessTree(Temporary, ProcessTree.Amd);
        tree.Begin(17);
        for (var descriptor = 1; descriptor <= 300; descriptor++)
            tree.Open(17, descriptor, ProcessTree.AmdgpuFile(descriptor, "drm-memory-vram:\t4096\n"));

        var result = tree.Read(0);
        Assert.That(result.Problems, Is.EqualTo((string[])["What process 17 uses of GPUs is not known: it has more than 256 DRM files open."]));
        Assert.That(result.Processes.Single(), Is.EqualTo(new GpuProcess(17, "amd:0") { StartTime = 100 }));
    }

    [Test]
    public void A_process_that_shares_the_file_of_another_is_forgotten_when_it_ends()
    {
        using var tree = new ProcessTree(Temporary, ProcessTree.Amd);
        foreach (var pid in (int[])[20, 30])
        {
            tree.Begin(pid);
            tree.Open(pid, 5, ProcessTree.AmdgpuFile(7, "drm-memory-vram:\t4096\n"));
        }

        tree.Read(0);
        tree.End(30);
        tree.End(20);
        for (var look = 1; look < 40; look++)
            Assert.That(tree.Read(look).Processes, Is.Empty);
    }

    [Test]
    public void A_host_without_a_GPU_that_tells_of_processes_is_not_looked_at()
    {
        using var tree = new ProcessTree(Temporary, new Gpu { Vendor = GpuVendor.Nvidia, Index = 0, PciAddress = PciAddress.Parse(ProcessTree.AmdAddress)!.Value });
        Temporary.Write("proc/17", "no directory of a process");

        Assert.That(tree.Read(0), Is.EqualTo(ProcessLookResult.Nothing));
    }

    [Test]
    public void A_process_that_begins_later_is_found_within_three_looks()
    {
        using var tree = new ProcessTree(Temporary, ProcessTree.Amd);
        for (var pid = 100; pid < 400; pid++)
            tree.Begin(pid);
        tree.Read(0);
        tree.Begin(5000);
        tree.Open(5000, 5, ProcessTree.AmdgpuFile(7, "drm-memory-vram:\t4096\n"));
        tree.Read(1);
        tree.Read(2);

        Assert.That(tree.ReadOne(3).Pid, Is.EqualTo(5000));
    }

    [Test]
    public void An_old_process_that_opens_a_GPU_is_found_in_its_turn()
    {
        using var tree = new ProcessTree(Temporary, ProcessTree.Amd);
        for (var pid = 100; pid < 600; pid++)
            tree.Begin(pid);
        tree.Read(0);
        tree.Open(431, 5, ProcessTree.AmdgpuFile(7, "drm-memory-vram:\t4096\n"));
        var look = 1;
        while (look < 65 && tree.Read(look).Processes.IsEmpty)
            look++;

        Assert.That(tree.ReadOne(look + 1).Pid, Is.EqualTo(431));
    }

    private static string Engines(ProcessLookResult result, string unit) =>
        result.Engines.TryGetValue(unit, out var engines) ? string.Join(' ', engines.Select(engine => FormattableString.Invariant($"{engine.Engine} {engine.BusyRatio:0.000}"))) : "";
}

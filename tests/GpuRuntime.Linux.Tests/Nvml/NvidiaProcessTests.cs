using System.Collections.Immutable;
using GpuRuntime.Core.Monitoring.Samples;
using GpuRuntime.TestHosts;

namespace GpuRuntime.Linux.Tests.Nvml;

/// <summary>Who uses a GPU or a MIG device, as NVML tells.</summary>
public sealed class NvidiaProcessTests : NvidiaHostFixture
{
    private static readonly SimulatedNvidiaHostOptions OneGpu = new() { GpuCount = 1 };

    private static readonly SimulatedNvidiaHostOptions Divided = new()
    {
        GpuCount = 1,
        MigInstances = ImmutableDictionary<int, ImmutableArray<MigInstance>>.Empty.Add(0, [new MigInstance(1, 0), new MigInstance(7, 0), new MigInstance(7, 1)]),
    };

    [Test]
    public void A_process_has_its_memory_and_its_contexts_with_a_stand_in_library()
    {
        Begin(OneGpu, gpus => NvmlScenario.Of(gpus, _ => "process 100 4096 c\nprocess 101 8192 g\nprocess 102 - cg\nprocess 0 1 c"));

        Assert.That(ReadOnce().Processes, Is.EqualTo((GpuProcess[])
        [
            new(100, "nvidia:0") { MemoryBytes = 4096, UsesCompute = true },
            new(102, "nvidia:0") { UsesCompute = true, UsesGraphics = true },
            new(101, "nvidia:0") { MemoryBytes = 8192, UsesGraphics = true },
        ]));
    }

    [Test]
    public void A_process_was_busy_as_the_mean_of_its_samples_since_the_last_reading_with_a_stand_in_library()
    {
        const string processes = "process 100 1 c\nprocess 101 1 c\nProcessUtilization 0\nsample 100 1000 90\n";
        Begin(OneGpu, gpus => NvmlScenario.Of(gpus, _ => processes));
        using var sensors = Open();

        var first = Busy(sensors.Read(TimeSpan.FromSeconds(1)));
        // 101 percent and more are no percentage.
        Library.Tell(NvmlScenario.Of(Host.Gpus, _ => $"{processes}sample 100 2000 40\nsample 100 3000 20\nsample 100 3001 4000000000"));
        var second = Busy(sensors.Read(TimeSpan.FromSeconds(2)));
        var third = Busy(sensors.Read(TimeSpan.FromSeconds(3)));

        Assert.That(first, Is.EqualTo((double?[])[null, null]), "what was before the agent looked is of no period");
        Assert.That(second, Is.EqualTo((double?[])[0.3, 0]));
        Assert.That(third, Is.EqualTo((double?[])[0, 0]), "without new samples nobody was busy");
    }

    [Test]
    public void A_process_whose_samples_are_no_percentages_was_busy_nobody_knows_how_much_with_a_stand_in_library()
    {
        const string processes = "process 100 1 c\nprocess 101 1 c\nProcessUtilization 0\n";
        Begin(OneGpu, gpus => NvmlScenario.Of(gpus, _ => processes));
        using var sensors = Open();
        _ = sensors.Read(TimeSpan.FromSeconds(1));

        Library.Tell(NvmlScenario.Of(Host.Gpus, _ => $"{processes}sample 100 2000 4000000000\nsample 100 2001 101"));
        var unknown = Busy(sensors.Read(TimeSpan.FromSeconds(2)));
        Library.Tell(NvmlScenario.Of(Host.Gpus, _ => $"{processes}sample 100 3000 50"));
        var known = Busy(sensors.Read(TimeSpan.FromSeconds(3)));

        Assert.That(unknown, Is.EqualTo((double?[])[null, 0]));
        Assert.That(known, Is.EqualTo((double?[])[0.5, 0]));
    }

    [Test]
    public void However_many_samples_there_are_all_count_with_a_stand_in_library()
    {
        var processes = string.Concat(Enumerable.Range(1000, 500).Select(pid => $"process {pid} 1 c\n"));
        Begin(OneGpu, gpus => NvmlScenario.Of(gpus, _ => $"{processes}ProcessUtilization 0"));
        using var sensors = Open();
        _ = sensors.Read(TimeSpan.FromSeconds(1));

        Library.Tell(NvmlScenario.Of(Host.Gpus, _ => $"{processes}ProcessUtilization 0\n{string.Concat(Enumerable.Range(1000, 500).Select(pid => $"sample {pid} 5 50\n"))}"));

        Assert.That(Busy(sensors.Read(TimeSpan.FromSeconds(2))), Is.EqualTo(Enumerable.Repeat<double?>(0.5, 500)));
    }

    [Test]
    public void Processes_that_the_driver_does_not_tell_are_none_with_a_stand_in_library()
    {
        Begin(OneGpu, gpus => NvmlScenario.Of(gpus, _ => "process 100 1 c\nComputeRunningProcesses !3\nGraphicsRunningProcesses !3"));

        var sample = ReadOnce();

        Assert.That((sample.Processes.Length, sample.Problem), Is.EqualTo((0, (string?)null)));
    }

    [Test]
    public void MIG_devices_are_told_apart_by_their_instances_and_have_their_own_processes_with_a_stand_in_library()
    {
        // NVML's order is another one than the inventory's, and a place is empty.
        Begin(Divided, gpus => $"""
            {NvmlScenario.Of(gpus, _ => "MigMode 1 1\nMaxMigDeviceCount 7\nUtilizationRates !3\nprocess 100 4096 c")}
            mig 0
            GpuInstanceId 7
            ComputeInstanceId 1
            Name NVIDIA H100 80GB HBM3 MIG 1c.2g.20gb
            UUID MIG-b
            MemoryInfo 2000 200 0
            process 70 150 c
            mig 1
            GpuInstanceId 1
            ComputeInstanceId 0
            Name NVIDIA H100 80GB HBM3 MIG 3g.40gb
            UUID MIG-{"\u0007"}
            MemoryInfo 4000 400 0
            process 71 300 cg
            process 72 - c
            mig 5
            GpuInstanceId 7
            ComputeInstanceId 0
            """);

        var sample = ReadOnce();

        Assert.That((sample.Problem, sample.UtilizationRatio), Is.EqualTo(((string?)null, (double?)null)));
        Assert.That(
            sample.MigDevices.Select(mig => (mig.Device.Index, mig.Device.GpuInstance, mig.Device.ComputeInstance, mig.Device.Uuid, mig.Device.Profile, mig.MemoryTotalBytes, mig.MemoryUsedBytes, mig.UtilizationRatio)),
            Is.EqualTo(((int, uint, uint, string?, string?, long?, long?, double?)[])
            [
                (0, 1, 0, "MIG-?", "3g.40gb", 4000, 400, null), (1, 7, 0, null, null, null, null, null), (2, 7, 1, "MIG-b", "1c.2g.20gb", 2000, 200, null),
            ]));
        Assert.That(sample.Processes.OrderBy(process => process.Pid), Is.EqualTo((GpuProcess[])
        [
            new(70, "nvidia:0:2") { MemoryBytes = 150, UsesCompute = true },
            new(71, "nvidia:0:0") { MemoryBytes = 300, UsesCompute = true, UsesGraphics = true },
            new(72, "nvidia:0:0") { UsesCompute = true },
        ]));
    }

    [Test]
    public void A_MIG_device_that_the_inventory_does_not_know_yet_is_said_with_a_stand_in_library()
    {
        Begin(Divided, gpus => $"{NvmlScenario.Of(gpus, _ => "MigMode 1 1\nMaxMigDeviceCount 7\nprocess 100 4096 c")}mig 0\nGpuInstanceId 9\nComputeInstanceId 0\nprocess 100 4096 c\n");

        var sample = ReadOnce();

        Assert.That((sample.Problem, sample.MigDevices.Length), Is.EqualTo(("the MIG device of GPU instance 9 and compute instance 0 is new", 0)));
        Assert.That(sample.Processes, Is.Empty, "none of its processes is the whole GPU's");
        Assert.That(sample.PowerWatts, Is.EqualTo(412.345));
    }

    [Test]
    public void A_MIG_device_that_fails_is_said_and_leaves_the_others_with_a_stand_in_library()
    {
        Begin(Divided, gpus => $"{NvmlScenario.Of(gpus, _ => "MigMode 1 1\nMaxMigDeviceCount 3\nMigDeviceHandleByIndex:1 !999")}{Mig(0, 1, 0)}{Mig(1, 7, 0)}{Mig(2, 7, 1)}");

        var sample = ReadOnce();

        Assert.That(sample.Problem, Is.EqualTo("nvmlDeviceGetMigDeviceHandleByIndex: Unknown Error (NVML error 999)"));
        Assert.That(sample.MigDevices.Select(mig => (mig.Device.GpuInstance, mig.Device.ComputeInstance)), Is.EqualTo(((uint, uint)[])[(1, 0), (7, 1)]));
        Assert.That(sample.Processes.Select(process => process.UnitId), Is.EqualTo((string[])["nvidia:0:0", "nvidia:0:2"]));
    }

    [TestCase("", "a MIG device does not tell its instances, so that it is not known which one it is")]
    [TestCase("GpuInstanceId !999\n", "nvmlDeviceGetGpuInstanceId: Unknown Error (NVML error 999)")]
    public void A_MIG_device_that_does_not_tell_its_instances_is_not_taken_for_a_new_one_with_a_stand_in_library(string instance, string problem)
    {
        Begin(Divided, gpus => $"{NvmlScenario.Of(gpus, _ => "MigMode 1 1\nMaxMigDeviceCount 3")}mig 0\n{instance}ComputeInstanceId 0\nprocess 70 4096 c\n{Mig(1, 7, 0)}");

        var sample = ReadOnce();

        Assert.That(sample.Problem, Is.EqualTo(problem));
        Assert.That(sample.Processes.Select(process => process.UnitId), Is.EqualTo((string[])["nvidia:0:1"]));
    }

    private static string Mig(int place, int gpuInstance, int computeInstance) => $"mig {place}\nGpuInstanceId {gpuInstance}\nComputeInstanceId {computeInstance}\nprocess {80 + place} 4096 c\n";

    private static IEnumerable<double?> Busy(GpuSample sample) => sample.Processes.Select(process => process.UtilizationRatio);
}

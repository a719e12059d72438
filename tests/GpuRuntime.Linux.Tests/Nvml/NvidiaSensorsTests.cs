using GpuRuntime.Core.Monitoring.Samples;
using GpuRuntime.TestHosts;

namespace GpuRuntime.Linux.Tests.Nvml;

/// <summary>What one GPU tells by NVML, and what it does not.</summary>
public sealed class NvidiaSensorsTests : NvidiaHostFixture
{
    private static readonly SimulatedNvidiaHostOptions OneGpu = new() { GpuCount = 1 };

    [Test]
    public void Every_value_of_a_GPU_has_its_unit_with_a_stand_in_library()
    {
        Begin(OneGpu, gpus => NvmlScenario.Of(gpus, driver: "555.58.02"));

        var sample = ReadOnce();

        Assert.That(sample.Problem, Is.Null);
        Assert.That((sample.Gpu.Name, sample.Gpu.Uuid, sample.Gpu.DriverVersion, sample.Gpu.MemoryBytes), Is.EqualTo(("NVIDIA H100 80GB HBM3", Host.Gpus[0].Uuid, "555.58.02", (long?)85899345920)));
        Assert.That((sample.UtilizationRatio, sample.MemoryActivityRatio), Is.EqualTo(((double?)0.37, (double?)0.12)));
        Assert.That(sample.Engines, Is.EqualTo((EngineActivity[])[new("encoder", 0.01), new("decoder", 0.02), new("jpeg", 0.03), new("optical_flow", 0.04)]));
        Assert.That((sample.MemoryTotalBytes, sample.MemoryUsedBytes, sample.MemoryReservedBytes), Is.EqualTo(((long?)85899345920, (long?)21474836480, (long?)536870912)));
        Assert.That(sample.MemoryPools, Is.EqualTo((MemoryPool[])[new("bar1", 137438953472, 1048576)]));
        Assert.That((sample.PowerWatts, sample.PowerLimitWatts, sample.EnergyJoules), Is.EqualTo(((double?)412.345, (double?)700, (double?)123456.789)));
        Assert.That(sample.Temperatures, Is.EqualTo((Temperature[])[new("gpu", 61, 92), new("memory", 73, 105)]));
        Assert.That(sample.Clocks, Is.EqualTo((Clock[])[new("graphics", 1755e6, 1980e6), new("sm", 1740e6, 1980e6), new("memory", 2619e6, 2619e6), new("video", 1545e6, 1845e6)]));
        Assert.That(sample.Fans, Is.Empty);
        Assert.That(sample.Pcie, Is.EqualTo(new PcieLink { TransfersPerSecond = 32e9, MaxTransfersPerSecond = 32e9, Lanes = 8, MaxLanes = 16, Replays = 6 }));
        Assert.That(sample.Errors, Is.EqualTo((ErrorCount[])
        [
            new("memory", ErrorKind.Corrected, 10), new("sram", ErrorKind.Corrected, 1), new("memory", ErrorKind.Corrected, 100, true), new("sram", ErrorKind.Corrected, 10, true),
            new("memory", ErrorKind.Uncorrected, 0), new("sram", ErrorKind.Uncorrected, 0), new("memory", ErrorKind.Uncorrected, 2, true), new("sram", ErrorKind.Uncorrected, 0, true),
        ]));
        Assert.That(sample.Repairs, Is.EqualTo(new MemoryRepairs { CorrectableRemappedRows = 3, UncorrectableRemappedRows = 1, IsRemappingPending = true, HasRemappingFailed = false }));
        Assert.That(sample.Throttling, Is.EqualTo((ThrottleReason[])
        [
            new("idle", false), new("applications_clocks", false), new("software_power", true), new("hardware_slowdown", false), new("sync_boost", false, 0.25),
            new("software_thermal", false), new("hardware_thermal", true), new("hardware_power_brake", false), new("display_clock", false),
            new("power", null, 1.5), new("thermal", null, 0),
        ]));
        Assert.That(sample.MigDevices, Is.Empty);
        Assert.That((sample.Resets, sample.Fault), Is.EqualTo(((long?)null, (GpuFault?)null)));
    }

    [Test]
    public void What_a_GPU_does_not_offer_is_absent_and_no_problem_with_a_stand_in_library([Values(3, 21, 25, 26)] int status)
    {
        Begin(OneGpu, gpus => $"{NvmlScenario.Gpu(gpus[0].PciAddress)}\nRegisterEvents !3\n{Everything(status)}");

        var sample = ReadOnce();

        // A list of processes that is not offered is no empty one.
        Assert.That(sample with { Gpu = Gpus[0], Engines = [], MemoryPools = [], Temperatures = [], Clocks = [], Fans = [], Errors = [], Throttling = [], MigDevices = [], Processes = [] },
            Is.EqualTo(new GpuSample(Gpus[0]) { HasUnknownProcesses = true, Engines = [], MemoryPools = [], Temperatures = [], Clocks = [], Fans = [], Errors = [], Throttling = [], MigDevices = [], Processes = [] }));
        Assert.That((sample.Engines.Length, sample.MemoryPools.Length, sample.Temperatures.Length, sample.Clocks.Length, sample.Fans.Length, sample.Errors.Length, sample.Throttling.Length, sample.MigDevices.Length, sample.Processes.Length),
            Is.EqualTo((0, 0, 0, 0, 0, 0, 0, 0, 0)));
        Assert.That((sample.Gpu.Name, sample.Gpu.Uuid), Is.EqualTo((Gpus[0].Name, Gpus[0].Uuid)));
    }

    [Test]
    public void A_library_that_has_only_what_finds_GPUs_tells_nothing_with_a_stand_in_library()
    {
        Begin(OneGpu, gpus => NvmlScenario.Of(gpus), [.. StandInManagementLibrary.Functions().Except(["nvmlInit_v2", "nvmlDeviceGetHandleByPciBusId_v2"])]);

        var sample = ReadOnce();

        Assert.That((sample.Problem, sample.UtilizationRatio, sample.MemoryTotalBytes, sample.PowerWatts, sample.Pcie, sample.Xids, sample.Repairs),
            Is.EqualTo(((string?)null, (double?)null, (long?)null, (double?)null, (PcieLink?)null, (XidErrors?)null, (MemoryRepairs?)null)));
        Assert.That(sample.Temperatures.Length + sample.Clocks.Length + sample.Errors.Length + sample.Throttling.Length + sample.Processes.Length, Is.Zero);
    }

    [Test]
    public void An_older_library_is_asked_by_the_names_that_it_has_with_a_stand_in_library()
    {
        Begin(
            OneGpu,
            gpus => NvmlScenario.Of(gpus, _ => "process 41 1024 c\nCurrentClocksThrottleReasons 0x1\nSupportedClocksThrottleReasons 0x5\nPcieThroughput:0 200\nPcieThroughput:1 300\nRetiredPages:0 4\nRetiredPages:1 2\nRemappedRows !3"),
            "nvmlDeviceGetMemoryInfo_v2", "nvmlDeviceGetComputeRunningProcesses_v3", "nvmlDeviceGetGraphicsRunningProcesses_v3", "nvmlDeviceGetCurrentClocksEventReasons",
            "nvmlDeviceGetSupportedClocksEventReasons", "nvmlDeviceGetFieldValues", "nvmlDeviceGetMemoryErrorCounter", "nvmlDeviceGetViolationStatus");

        var sample = ReadOnce();

        Assert.That((sample.Problem, sample.MemoryUsedBytes, sample.MemoryReservedBytes), Is.EqualTo(((string?)null, (long?)21474836480, (long?)null)));
        Assert.That(sample.Processes, Is.EqualTo((GpuProcess[])[new(41, "nvidia:0") { MemoryBytes = 1024, UsesCompute = true }]));
        Assert.That(sample.Throttling, Is.EqualTo((ThrottleReason[])[new("idle", true), new("software_power", false)]));
        Assert.That((sample.Pcie?.TransmittedBytesPerSecond, sample.Pcie?.ReceivedBytesPerSecond), Is.EqualTo(((double?)204800, (double?)307200)));
        Assert.That(sample.Errors, Is.EqualTo((ErrorCount[])
        [
            new("device", ErrorKind.Corrected, 11), new("device", ErrorKind.Corrected, 110, true), new("device", ErrorKind.Uncorrected, 0), new("device", ErrorKind.Uncorrected, 2, true),
        ]));
        Assert.That(sample.Repairs, Is.EqualTo(new MemoryRepairs { PagesRetiredForCorrected = 4, PagesRetiredForUncorrected = 2 }));
        Assert.That(sample.Temperatures, Is.EqualTo((Temperature[])[new("gpu", 61, 92)]));
    }

    [Test]
    public void A_value_that_fails_is_said_and_leaves_the_others_with_a_stand_in_library()
    {
        Begin(OneGpu, gpus => NvmlScenario.Of(gpus, _ => "PowerUsage !999\nTemperature:0 !4"));

        var sample = ReadOnce();

        Assert.That(sample.Problem, Is.EqualTo("nvmlDeviceGetPowerUsage: Unknown Error (NVML error 999)"));
        Assert.That((sample.PowerWatts, sample.PowerLimitWatts, sample.UtilizationRatio), Is.EqualTo(((double?)null, (double?)700, (double?)0.37)));
        Assert.That(sample.Temperatures.Select(temperature => temperature.Sensor), Is.EqualTo((string[])["memory"]));
    }

    [Test]
    public void Fans_tell_revolutions_where_the_library_does_and_their_share_of_the_highest_with_a_stand_in_library()
    {
        Begin(OneGpu, gpus => NvmlScenario.Of(gpus, _ => "NumFans 3\nFanSpeed_v2:0 30\nFanSpeedRPM:0 1100\nFanSpeed_v2:1 35"));

        Assert.That(ReadOnce().Fans, Is.EqualTo((Fan[])[new(0, 1100, 0.3), new(1, null, 0.35)]));
    }

    [Test]
    public void Traffic_on_the_bus_is_the_difference_of_two_readings_and_unknown_when_the_count_wrapped_with_a_stand_in_library()
    {
        Begin(OneGpu, gpus => NvmlScenario.Of(gpus));
        using var sensors = Open();
        _ = sensors.Read(TimeSpan.FromSeconds(10));

        Library.Tell(NvmlScenario.Of(Host.Gpus, _ => "FieldValues:197 3 5000000600\nFieldValues:198 3 7000003000"));
        var risen = sensors.Read(TimeSpan.FromSeconds(12)).Pcie!;
        Library.Tell(NvmlScenario.Of(Host.Gpus, _ => "FieldValues:197 3 100\nFieldValues:198 3 7000003000"));
        var wrapped = sensors.Read(TimeSpan.FromSeconds(13)).Pcie!;

        Assert.That((risen.TransmittedBytesPerSecond, risen.ReceivedBytesPerSecond), Is.EqualTo(((double?)300, (double?)1500)));
        Assert.That((wrapped.TransmittedBytesPerSecond, wrapped.ReceivedBytesPerSecond), Is.EqualTo(((double?)null, (double?)0)));
    }

    [Test]
    public void Names_are_printable_and_bounded_whatever_the_library_says_with_a_stand_in_library()
    {
        Begin(OneGpu, gpus => NvmlScenario.Of([gpus[0] with { Name = $"\u001b[31m{new string('N', 200)}", Uuid = "GPU-\u0007" }]));

        var gpu = ReadOnce().Gpu;

        Assert.That((gpu.Name, gpu.Uuid), Is.EqualTo(($"?[31m{new string('N', 91)}", "GPU-?")));
    }

    [Test]
    public void Numbers_that_stand_for_unknown_ones_are_absent_with_a_stand_in_library()
    {
        Begin(OneGpu, gpus => NvmlScenario.Of(gpus, _ => "MemoryInfo 0xffffffffffffffff 0xffffffffffffffff 0\nBAR1MemoryInfo 0xffffffffffffffff 1\nCurrPcieLinkGeneration 99\nFieldValues:82 1 0"));

        var sample = ReadOnce();

        Assert.That((sample.MemoryTotalBytes, sample.MemoryUsedBytes, sample.MemoryReservedBytes), Is.EqualTo(((long?)null, (long?)null, (long?)0)));
        Assert.That(sample.MemoryPools, Is.EqualTo((MemoryPool[])[new("bar1", null, 1)]));
        Assert.That(sample.Pcie!.TransfersPerSecond, Is.Null);
        Assert.That(sample.Temperatures.Select(temperature => temperature.Sensor), Is.EqualTo((string[])["gpu"]));
    }

    [Test]
    public void Handles_and_what_does_not_change_are_asked_for_once_a_minute_at_most_with_a_stand_in_library()
    {
        Begin(OneGpu, gpus => Recording + NvmlScenario.Of(gpus));
        using var sensors = Open();
        for (var second = 0; second < 60; second++)
            _ = sensors.Read(TimeSpan.FromSeconds(second));

        Assert.That(Record.Count(line => line.StartsWith("handle", StringComparison.Ordinal)), Is.EqualTo(1));
        Assert.That((Record.Count(line => line == "Name"), Record.Count(line => line == "MaxClockInfo:0"), Record.Count(line => line == "PowerUsage")), Is.EqualTo((1, 1, 60)));

        _ = sensors.Read(TimeSpan.FromSeconds(60));
        Assert.That(Record.Count(line => line == "Name"), Is.EqualTo(2));
    }

    private static string Everything(int status) =>
        string.Concat(NvmlScenario.Values.Split('\n').Concat(["ComputeRunningProcesses 0", "GraphicsRunningProcesses 0", "ProcessUtilization 0", "FieldValues 0", "Name x", "UUID x"])
            .Select(line => $"{line.Split(' ')[0]} !{status}\n"));
}

namespace GpuRuntime.EndToEnd.Tests.Monitoring.Nvidia;

/// <summary>What the agent serves of NVIDIA's GPUs.</summary>
public sealed class NvidiaMetricRows : NvidiaAgentFixture
{
    [Test]
    public async Task Every_value_is_a_metric_in_its_unit_with_a_stand_in_library()
    {
        var agent = await ServeAsync();
        await agent.SampleAsync(static sample => Gpu(sample)["pcie"]!["receivedBytesPerSecond"] is not null, "a difference of two readings");

        var lines = await MetricsAsync(agent);

        const string gpu = "{vendor=\"nvidia\",gpu=\"nvidia:1\"";
        var (uuid, pci) = (Machine.Host.Gpus[1].Uuid, Machine.Host.Gpus[1].PciAddress);
        Assert.That(lines, Is.SupersetOf(((string[])
        [
            $$"""device_info+,uuid="{{uuid}}",pci="{{pci}}",name="NVIDIA H100 80GB HBM3",driver_version="550.163.01"} 1""",
            "up+} 1", "healthy+} 1", "utilization_ratio+} 0.37", "memory_activity_ratio+} 0.12",
            """engine_utilization_ratio+,engine="encoder"} 0.01""", """engine_utilization_ratio+,engine="optical_flow"} 0.04""",
            "memory_total_bytes+} 85899345920", "memory_used_bytes+} 21474836480", "memory_reserved_bytes+} 536870912", """memory_pool_used_bytes+,pool="bar1"} 1048576""",
            "power_watts+} 412.345", "power_limit_watts+} 700", "energy_joules_total+} 123456.789",
            """temperature_celsius+,sensor="gpu"} 61""", """temperature_celsius+,sensor="memory"} 73""", """temperature_critical_celsius+,sensor="memory"} 105""",
            """clock_hertz+,clock="sm"} 1740000000""", """clock_max_hertz+,clock="video"} 1845000000""",
            "pcie_lanes+} 8", "pcie_max_lanes+} 16", "pcie_transfers_per_second+} 32000000000", "pcie_replays_total+} 6", "pcie_receive_bytes_per_second+} 0",
            """hardware_errors_total+,location="memory",kind="corrected"} 10""", """hardware_errors_total+,location="sram",kind="corrected"} 1""",
            """hardware_errors_lifetime_total+,location="memory",kind="uncorrected"} 2""",
            """remapped_rows+,kind="corrected"} 3""", """remapped_rows+,kind="uncorrected"} 1""", "row_remap_pending+} 0", "row_remap_failed+} 0",
            """throttled+,reason="software_power"} 1""", """throttled+,reason="hardware_slowdown"} 0""", """throttled_seconds_total+,reason="power"} 1.5""",
            "processes+} 0",
        ]).Select(line => $"gpu_runtime_{line.Replace("+", gpu, StringComparison.Ordinal)}")));
        Assert.That(lines, Has.None.Match("^gpu_runtime_(fan_|mig_|retired_pages|last_xid|xid_errors)"), "what is not told has no series");
    }

    [Test]
    public async Task The_other_exporter_s_names_have_its_units_and_labels_with_a_stand_in_library()
    {
        var agent = await ServeAsync("--compat", "dcgm");

        var lines = await MetricsAsync(agent);

        var gpu = Machine.Host.Gpus[1];
        var host = Environment.MachineName;
        var labels = $$"""{gpu="1",UUID="{{gpu.Uuid}}",pci_bus_id="0000{{gpu.PciAddress.ToUpperInvariant()}}",device="nvidia1",modelName="NVIDIA H100 80GB HBM3",hostname="{{host}}",Hostname="{{host}}",DCGM_FI_DRIVER_VERSION="550.163.01"}""";
        Assert.That(lines, Is.SupersetOf(((string[])
        [
            "DEV_SM_CLOCK 1740", "DEV_MEM_CLOCK 2619", "DEV_GPU_TEMP 61", "DEV_MEMORY_TEMP 73", "DEV_POWER_USAGE 412.345", "DEV_TOTAL_ENERGY_CONSUMPTION 123456789", "DEV_PCIE_REPLAY_COUNTER 6",
            "DEV_GPU_UTIL 37", "DEV_MEM_COPY_UTIL 12", "DEV_ENC_UTIL 1", "DEV_DEC_UTIL 2", "DEV_XID_ERRORS 0", "DEV_FB_USED 20480", "DEV_FB_RESERVED 512", "DEV_FB_FREE 60928",
            "DEV_CORRECTABLE_REMAPPED_ROWS 3", "DEV_UNCORRECTABLE_REMAPPED_ROWS 1", "DEV_ROW_REMAP_FAILURE 0", "PROF_GR_ENGINE_ACTIVE 0.37", "DEV_POWER_VIOLATION 1500000000",
            "DEV_ECC_SBE_VOL_TOTAL 11", "DEV_ECC_DBE_VOL_TOTAL 0", "DEV_ECC_SBE_AGG_TOTAL 110", "DEV_ECC_DBE_AGG_TOTAL 2",
        ]).Select(line => $"DCGM_FI_{line.Replace(" ", $"{labels} ", StringComparison.Ordinal)}")));
        Assert.That(lines, Has.Some.StartsWith("gpu_runtime_utilization_ratio{"), "ours are there too");
    }

    [Test]
    public async Task A_process_is_its_container_s_with_a_stand_in_library()
    {
        SimulatedProcess.Begin(Machine.Host.ProcRoot, 4242, "trainer", Container);
        SimulatedProcess.Begin(Machine.Host.ProcRoot, 777, "Xorg", null);
        // One that has ended by now, or is in no /proc that the agent sees.
        const string processes = "process 4242 4294967296 c\nprocess 777 1048576 g\nprocess 999 4096 c\nProcessUtilization 0\n";
        Library.Tell(Scenario(gpu => gpu.Index == 1 ? processes : ""));
        var agent = await ServeAsync();
        await agent.SampleAsync();
        Library.Tell(Scenario(gpu => gpu.Index == 1 ? $"{processes}sample 4242 9000000 60\n" : ""));

        var sample = await agent.SampleAsync(static sample => sample["processes"]!.AsArray().Any(static process => (double?)process!["utilizationRatio"] == 0.6), "how busy it kept the GPU");

        Assert.That(
            sample["processes"]!.AsArray().Select(static process => ((int)process!["pid"]!, (string?)process["name"], (string?)process["unit"], (long?)process["memoryBytes"], process["types"]!.ToJsonString(), (string?)process["container"])),
            Is.EquivalentTo(((int, string?, string?, long?, string, string?)[])
            [
                (4242, "trainer", "nvidia:1", 4L << 30, """["compute"]""", Container), (777, "Xorg", "nvidia:1", 1L << 20, """["graphics"]""", null),
            ]));
        Assert.That(await MetricsAsync(agent), Has.Some.EqualTo($$"""gpu_runtime_container_memory_used_bytes{vendor="nvidia",gpu="nvidia:1",container="{{Container}}",engine="docker"} 4294967296"""));
    }

    [TestCase("PowerUsage !999", true)]
    [TestCase("ComputeRunningProcesses !999", false)]
    [TestCase("* !15", false)]
    public async Task What_a_container_uses_is_told_where_its_processes_are_and_is_never_0_for_want_of_them_with_a_stand_in_library(string failure, bool isTold)
    {
        SimulatedProcess.Begin(Machine.Host.ProcRoot, 4242, "trainer", Container);
        Library.Tell(Scenario(static _ => "process 4242 4294967296 c\n"));
        var agent = await ServeAsync();
        await agent.SampleAsync(static sample => sample["containers"]!.AsArray().Count == 1, "the container");

        Library.Tell(Scenario(gpu => $"process 4242 4294967296 c\n{(gpu.Index == 1 ? failure : "")}\n"));
        await agent.SampleAsync(static sample => Gpu(sample, 1)["problem"] is not null, "that something fails");

        var lines = await MetricsAsync(agent);
        string[] ofSecond = [.. lines.Where(static line => line.StartsWith("gpu_runtime_container_", StringComparison.Ordinal) && line.Contains("nvidia:1", StringComparison.Ordinal))];
        Assert.That(ofSecond.Where(static line => line.StartsWith("gpu_runtime_container_memory_used_bytes", StringComparison.Ordinal)), isTold ? Has.One.EndsWith(" 4294967296") : Is.Empty);
        Assert.That(ofSecond.Where(static line => line.StartsWith("gpu_runtime_container_processes", StringComparison.Ordinal)), isTold ? Has.One.EndsWith(" 1") : Is.Empty);
        Assert.That(lines, Has.Some.EqualTo($$"""gpu_runtime_container_memory_used_bytes{vendor="nvidia",gpu="nvidia:0",container="{{Container}}",engine="docker"} 4294967296"""));
    }

    [Test]
    public async Task A_host_whose_driver_s_library_is_missing_is_served_without_values_and_told_why()
    {
        File.Delete(Library.Path);
        var agent = await ServeAsync();

        var sample = await agent.SampleAsync(static sample => Gpu(sample)["problem"] is not null, "why it is not read");

        Assert.That((string?)Gpu(sample, 1)["problem"], Is.EqualTo("the driver's libnvidia-ml is not found"));
        Assert.That((Gpu(sample)["utilizationRatio"], (string?)Gpu(sample)["uuid"], (string?)Gpu(sample)["name"]), Is.EqualTo((null as object, Machine.Host.Gpus[0].Uuid, "NVIDIA H100 80GB HBM3")));
        Assert.That(Reasons(Gpu(sample)), Is.Empty, "nothing is known to be wrong with the GPU itself");
        Assert.That(await MetricsAsync(agent), Is.SupersetOf((string[])["""gpu_runtime_up{vendor="nvidia",gpu="nvidia:0"} 0""", """gpu_runtime_up{vendor="nvidia",gpu="nvidia:1"} 0""", """gpu_runtime_healthy{vendor="nvidia",gpu="nvidia:0"} 1"""]));
    }
}

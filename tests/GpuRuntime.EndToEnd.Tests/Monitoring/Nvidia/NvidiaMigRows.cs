using System.Collections.Immutable;
using GpuRuntime.TestHosts;

namespace GpuRuntime.EndToEnd.Tests.Monitoring.Nvidia;

/// <summary>A GPU that is divided into MIG devices, beside a whole one.</summary>
public sealed class NvidiaMigRows : NvidiaAgentFixture
{
    private const string Model = "NVIDIA H100 80GB HBM3";
    private const string Mode = "MigMode 1 1\nMaxMigDeviceCount 7\nUtilizationRates !3\n";

    // NVML counts them in another order than the inventory.
    private const string Devices = $"""
        mig 0
        GpuInstanceId 9
        ComputeInstanceId 0
        Name {Model} MIG 1g.10gb
        UUID MIG-bbbbbbbb-0000-5000-8000-000000000002
        MemoryInfo 10468982784 1073741824 0
        process 4242 536870912 c
        mig 1
        GpuInstanceId 2
        ComputeInstanceId 0
        Name {Model} MIG 3g.40gb
        UUID MIG-aaaaaaaa-0000-5000-8000-000000000001
        MemoryInfo 42144366592 21474836480 0

        """;

    private protected override SimulatedNvidiaHostOptions Options => new()
    {
        GpuCount = 2,
        MigInstances = ImmutableDictionary<int, ImmutableArray<MigInstance>>.Empty.Add(0, [new(2, 0), new(9, 0)]),
    };

    [Test]
    public async Task Each_MIG_device_has_series_of_its_own_with_a_stand_in_library()
    {
        Divide();
        var agent = await ServeAsync();
        await agent.SampleAsync(static sample => Gpu(sample)["mig"]!.AsArray().Count == 2, "the MIG devices");

        var lines = await MetricsAsync(agent);

        const string gpu = """{vendor="nvidia",gpu="nvidia:0",mig=""";
        Assert.That(lines, Is.SupersetOf(((string[])
        [
            """device_info+"0",uuid="MIG-aaaaaaaa-0000-5000-8000-000000000001",profile="3g.40gb"} 1""", """device_info+"1",uuid="MIG-bbbbbbbb-0000-5000-8000-000000000002",profile="1g.10gb"} 1""",
            """memory_total_bytes+"0"} 42144366592""", """memory_used_bytes+"0"} 21474836480""", """memory_used_bytes+"1"} 1073741824""",
        ]).Select(line => $"gpu_runtime_mig_{line.Replace("+", gpu, StringComparison.Ordinal)}")));
        Assert.That(lines, Has.None.StartWith("""gpu_runtime_utilization_ratio{vendor="nvidia",gpu="nvidia:0"}"""), "of a divided GPU nobody knows it");
        Assert.That(lines, Has.Some.EqualTo("""gpu_runtime_utilization_ratio{vendor="nvidia",gpu="nvidia:1"} 0.37"""));
    }

    [Test]
    public async Task The_other_exporter_s_labels_name_profile_instance_and_holder_with_a_stand_in_library()
    {
        Divide();
        var agent = await ServeAsync("--compat", "dcgm");
        await agent.SampleAsync(static sample => sample["processes"]!.AsArray().Count == 1, "the process");

        var used = (await MetricsAsync(agent)).Where(static line => line.StartsWith("""DCGM_FI_DEV_FB_USED{gpu="0",""", StringComparison.Ordinal)).ToArray();

        Assert.That(used, Has.Length.EqualTo(3));
        Assert.That(used[0], Does.Not.Contain("GPU_I_").And.EndWith(" 20480"));
        Assert.That(used[1], Does.Contain($"UUID=\"{Machine.Host.Gpus[0].Uuid}\"").And.Contain(""",GPU_I_PROFILE="3g.40gb",GPU_I_ID="2",""").And.Not.Contain("container=").And.EndWith(" 20480"));
        Assert.That(used[2], Does.Contain(""",GPU_I_PROFILE="1g.10gb",GPU_I_ID="9",""").And.Contain($",container=\"{Container}\"").And.EndWith(" 1024"));
    }

    [Test]
    public async Task A_MIG_device_s_process_is_its_container_s_with_a_stand_in_library()
    {
        Divide();
        var agent = await ServeAsync();

        var sample = await agent.SampleAsync(static sample => sample["processes"]!.AsArray().Count == 1, "the process");

        var unit = sample["containers"]!.AsArray().Single()!["units"]!.AsArray().Single()!;
        Assert.That(((string?)unit["id"], (string?)unit["gpu"], (long?)unit["memoryUsedBytes"], (int?)unit["processes"]), Is.EqualTo(("nvidia:0:1", "nvidia:0", (long?)(512L << 20), (int?)1)));
        Assert.That(await MetricsAsync(agent), Has.Some.EqualTo($$"""gpu_runtime_container_memory_used_bytes{vendor="nvidia",gpu="nvidia:0",mig="1",container="{{Container}}",engine="docker"} 536870912"""));
    }

    [Test]
    public async Task Top_names_the_instances_as_the_agent_does_with_a_stand_in_library()
    {
        Divide();
        var agent = await ServeAsync("--compat", "dcgm");
        await agent.SampleAsync(static sample => sample["processes"]!.AsArray().Count == 1, "the process");
        var configuration = Machine.WriteConfiguration("compat.json", static config => config["agent"]!["compat"] = "dcgm");

        var page = (await Command.Of(Programs.GpuRuntime, "top", "--format", "prom", "--agent", $"127.0.0.1:{agent.Door.Port}", "--config", configuration).RunAsync()).EnsureSuccess();
        var table = (await Command.Of(Programs.GpuRuntime, "top", "--once", "--agent", $"127.0.0.1:{agent.Door.Port}", "--config", configuration).RunAsync()).EnsureSuccess();

        Assert.That(page.Lines, Has.Some.Match("^DCGM_FI_DEV_FB_USED.*,GPU_I_ID=\"9\",.* 1024$"));
        Assert.That(table.Lines, Has.Some.Match(@"^5f1c0a9be27d .* docker +nvidia:0:1 .* 512M ").And.Some.Match(@"^4242 .*trainer|trainer.* 4242 "));
    }

    private void Divide()
    {
        SimulatedProcess.Begin(Machine.Host.ProcRoot, 4242, "trainer", Container);
        var whole = NvmlScenario.Of(Machine.Host.Gpus[..1], static _ => Mode + Well);
        Library.Tell($"{whole}{Devices}{NvmlScenario.Of(Machine.Host.Gpus[1..], static _ => Well).Split('\n', 2)[1]}");
    }
}

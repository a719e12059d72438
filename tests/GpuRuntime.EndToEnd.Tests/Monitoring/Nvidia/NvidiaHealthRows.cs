using System.Text.Json.Nodes;
using GpuRuntime.EndToEnd.Tests.Rows;
using GpuRuntime.TestHosts;

namespace GpuRuntime.EndToEnd.Tests.Monitoring.Nvidia;

/// <summary>GPUs that something is wrong with: where that is told, and that the other GPUs go on.</summary>
public sealed class NvidiaHealthRows : NvidiaAgentFixture
{
    private const string First = "{vendor=\"nvidia\",gpu=\"nvidia:0\"";

    [Test]
    public async Task An_XID_is_counted_and_told_wherever_health_is_with_a_stand_in_library()
    {
        var agent = await ServeAsync();
        await agent.SampleAsync(static sample => Gpu(sample)["xids"] is not null, "it listens for XIDs");

        Library.Tell(Events((1, 31), (2, 79), (3, 31)) + Scenario());
        var sample = await agent.SampleAsync(static sample => (int?)Gpu(sample)["xids"]?["counts"]?["31"] == 2, "both XIDs");

        var reason = Gpu(sample)["health"]!["reasons"]!.AsArray().Single()!;
        Assert.That(((string?)reason["code"], (bool?)Gpu(sample)["health"]!["healthy"]), Is.EqualTo(("xid", (bool?)false)));
        Assert.That((string?)reason["sentence"], Does.StartWith("XID 79, "));
        Assert.That(Reasons(Gpu(sample, 1)), Is.Empty);
        Assert.That(await MetricsAsync(agent), Is.SupersetOf(Series(
            """xid_errors_total+,xid="31"} 2""", """xid_errors_total+,xid="79"} 1""", "last_xid+} 31", "healthy+} 0", """unhealthy_reason+,reason="xid"} 1""")));
        await agent.Process.WarnedAsync("nvidia:0 is unhealthy (xid): XID 79, ");
        await AssertCheckedAsync("unhealthy (xid): XID 79, ");
    }

    [Test]
    public async Task Errors_that_come_while_the_agent_looks_make_a_GPU_unhealthy_with_a_stand_in_library()
    {
        Library.Tell(Scenario(static gpu => gpu.Index == 0 ? "MemoryErrorCounter:1:0:2 5" : ""));
        var agent = await ServeAsync();
        Assert.That(Reasons(Gpu(await agent.SampleAsync(static sample => Gpu(sample)["errors"] is not null, "errors"))), Is.Empty, "those of before are history");

        Library.Tell(Scenario(static gpu => gpu.Index == 0 ? "MemoryErrorCounter:1:0:2 7" : ""));
        var sample = await agent.SampleAsync(static sample => Reasons(Gpu(sample)).Length > 0, "a reason");

        Assert.That(Reasons(Gpu(sample)), Is.EqualTo((string[])["uncorrected_errors"]));
        Assert.That(await MetricsAsync(agent), Is.SupersetOf(Series("""hardware_errors_total+,location="memory",kind="uncorrected"} 7""", """unhealthy_reason+,reason="uncorrected_errors"} 1""")));
        await AssertCheckedAsync("unhealthy (uncorrected_errors): Uncorrected errors were counted: 2 in memory");
    }

    [Test]
    public async Task A_row_that_waits_to_be_replaced_makes_a_GPU_unhealthy_until_it_is_with_a_stand_in_library()
    {
        Library.Tell(Scenario(static gpu => gpu.Index == 0 ? "RemappedRows 3 1 1 0" : ""));
        var agent = await ServeAsync();
        await agent.SampleAsync(static sample => Reasons(Gpu(sample)) is ["row_remap_pending"], "the reason");
        await AssertCheckedAsync("unhealthy (row_remap_pending): A faulty memory row waits to be replaced");

        Library.Tell(Scenario());

        await agent.SampleAsync(static sample => Reasons(Gpu(sample)) is [], "it is healthy again");
        Assert.That(await MetricsAsync(agent), Is.SupersetOf(Series("row_remap_pending+} 0", "healthy+} 1")));
    }

    [TestCase(15, "lost", "GPU is lost")]
    [TestCase(16, "reset_required", "GPU requires reset")]
    public async Task A_GPU_that_is_unfit_is_told_while_the_other_goes_on_and_comes_back_with_a_stand_in_library(int status, string code, string words)
    {
        var agent = await ServeAsync();
        await agent.SampleAsync(static sample => Gpu(sample)["powerWatts"] is not null, "it is read");

        Library.Tell(Scenario(gpu => gpu.Index == 0 ? $"* !{status}" : "PowerUsage 250000"));
        var sample = await agent.SampleAsync(sample => Reasons(Gpu(sample)) is [var reason] && reason == code && (double?)Gpu(sample, 1)["powerWatts"] == 250, "one is unfit, the other is read");
        var lines = await MetricsAsync(agent);
        await AssertCheckedAsync($"unhealthy ({code}): ");
        Library.Tell(Scenario());
        var back = await agent.SampleAsync(static sample => Gpu(sample)["powerWatts"] is not null && Reasons(Gpu(sample)) is [], "it is back");

        Assert.That((string?)Gpu(sample)["problem"], Does.EndWith($"{words} (NVML error {status})"));
        Assert.That((Gpu(sample)["powerWatts"], (string?)Gpu(sample)["name"]), Is.EqualTo((null as object, "NVIDIA H100 80GB HBM3")));
        Assert.That(lines, Is.SupersetOf(Series("up+} 0", "healthy+} 0", $$"""unhealthy_reason+,reason="{{code}}"} 1""")));
        Assert.That(lines, Has.None.StartsWith($"gpu_runtime_power_watts{First}").And.Some.EqualTo("""gpu_runtime_power_watts{vendor="nvidia",gpu="nvidia:1"} 250"""));
        Assert.That((long)Gpu(back)["failedReadings"]!, Is.Positive);
        Assert.That((long)Gpu(back, 1)["failedReadings"]!, Is.Zero);
    }

    [Test]
    public async Task A_GPU_that_hangs_in_the_library_holds_up_no_other_nor_the_agent_s_end_with_a_stand_in_library()
    {
        var agent = await ServeAsync();
        await agent.SampleAsync(static sample => Gpu(sample)["powerWatts"] is not null, "it is read");

        Library.Tell(Scenario(static gpu => gpu.Index == 0 ? "Temperature:0 hang" : "PowerUsage 250000"));
        var sample = await agent.SampleAsync(static sample => Gpu(sample)["problem"] is not null && (double?)Gpu(sample, 1)["powerWatts"] == 250, "one hangs, the other is read");
        await agent.SampleAsync(static sample => Reasons(Gpu(sample)) is ["not_responding"], "it has not answered for ten seconds");

        Assert.That((string?)Gpu(sample)["problem"], Is.EqualTo("reading it has not returned after 500 milliseconds"));
        Assert.That(await agent.Process.StopAsync(), Is.Zero);
    }

    [Test]
    public async Task Top_shows_each_GPU_and_what_is_wrong_with_it_with_a_stand_in_library([Values] bool hasAgent)
    {
        Library.Tell(Scenario(static gpu => gpu.Index == 0 ? "* !15" : ""));
        string[] asked = hasAgent ? ["--agent", $"127.0.0.1:{(await ServeAsync()).Door.Port}"] : ["--agent", "none"];

        var table = (await Top(asked)).EnsureSuccess();
        var document = JsonNode.Parse((await Top([.. asked, "--format", "json"])).EnsureSuccess().Output)!;

        Assert.That(table.Lines, Has.Some.Match(@"^nvidia:0 +NVIDIA H100 80GB HBM3 .* lost$"));
        Assert.That(table.Lines, Has.Some.Match(@"^nvidia:1 +NVIDIA H100 80GB HBM3 .* 37% .* 20G/80G +412/700W +61°C +\d+MHz +software_power$"));
        Assert.That((Reasons(Gpu(document)), (double?)Gpu(document, 1)["powerWatts"]), Is.EqualTo(((string[])["lost"], (double?)412.345)));
    }

    private Task<CommandResult> Top(params ReadOnlySpan<string> arguments) =>
        Command.Of(Programs.GpuRuntime, ["top", "--once", .. arguments]).WithEnvironment(Machine.Environment).RunAsync();

    // What the agent has found stands in a file.
    private async Task AssertCheckedAsync(string what)
    {
        var health = (await CheckCommandRows.CheckAsync(Scene)).Where(static finding => finding.Topic.StartsWith("health", StringComparison.Ordinal)).ToArray();
        Assert.That(health.Select(static finding => (finding.Topic, finding.Cure is not null)), Is.EqualTo(((string, bool)[])[("health nvidia:0", true), ("health", false)]));
        Assert.That((health[0].What, health[1].What), Is.EqualTo((health[0].What, "gpu-runtime-agent finds 1 of 2 GPUs healthy")));
        Assert.That(health[0].What, Does.StartWith(what));
    }

    private string Events(params (int Number, int Xid)[] events) =>
        string.Concat(events.Select(seen => $"event {seen.Number} {NvmlScenario.Gpu(Machine.Host.Gpus[0].PciAddress)["gpu ".Length..]} {seen.Xid}\n"));

    private static IEnumerable<string> Series(params string[] lines) => lines.Select(static line => $"gpu_runtime_{line.Replace("+", First, StringComparison.Ordinal)}");
}

using System.Globalization;
using System.Text.Json.Nodes;
using GpuRuntime.EndToEnd.Tests.Monitoring;
using GpuRuntime.EndToEnd.Tests.Monitoring.Top;
using GpuRuntime.Security.Tests.Sockets;
using GpuRuntime.Security.Tests.Tools;

namespace GpuRuntime.Security.Tests.Rows;

/// <summary>What happens around a running agent: nobody takes what it writes, the clock jumps, it is killed.</summary>
[Category("T24")]
public sealed class AgentSurroundingsRows : TopFixture
{
    // The dynamic loader knows what $LIB is on this machine.
    private const string Library = "/usr/$LIB/faketime/libfaketimeMT.so.1";

    // Its description of a GPU's failure is on standard error and in the log.
    [TestCase("full")]
    [TestCase("read-only")]
    [TestCase("closed")]
    public async Task Outputs_and_a_log_that_cannot_be_written_keep_nobody_from_the_metrics(string state)
    {
        var logs = Machine.Directory.CreateSubdirectory($"log-{state}");
        var configuration = Configured(json => json["log"] = new JsonObject { ["path"] = Path.Combine(logs, "gpu-runtime.log"), ["level"] = "debug" });
        var socket = Path.Combine(Machine.Directory.CreateSubdirectory($"run-{state}"), "agent.sock");
        var (mount, outputs) = state switch
        {
            "full" => ("mount -t tmpfs -o size=4k tmpfs \"$0\"; dd if=/dev/zero of=\"$0/filler\" bs=4k 2>/dev/null", ">/dev/full 2>&1"),
            "read-only" => ("mount -t tmpfs -o ro tmpfs \"$0\"", ">/dev/full 2>&1"),
            _ => ("mount -t tmpfs -o ro tmpfs \"$0\"", ">&- 2>&-"),
        };
        var serve = Command.Of(
            "unshare", "--mount", "--propagation", "private", "sh", "-c", $"{mount}; exec \"$@\" {outputs}", logs, Programs.GpuRuntimeAgent, "serve", "--config", configuration, "--listen", $"unix:{socket}");
        using var process = serve.Start(NewPrefix());
        try
        {
            var door = new AgentDoor(new System.Net.Sockets.UnixDomainSocketEndPoint(socket));
            await UntilReadAsync(door, () => process.HasExited);
            // It has something to say.
            Directory.Move(DeviceDirectory, DeviceDirectory + ".away");
            try
            {
                await UntilAsync(door, static page => !page.Contains("""gpu_runtime_up{vendor="amd",gpu="amd:1"} 1""", StringComparison.Ordinal), () => process.HasExited);
            }
            finally
            {
                Directory.Move(DeviceDirectory + ".away", DeviceDirectory);
            }

            await UntilReadAsync(door, () => process.HasExited);
        }
        finally
        {
            await PrivateProcesses.StopAsync(process);
        }
    }

    [Test]
    public async Task A_clock_that_jumps_changes_the_time_of_a_sample_and_nothing_else()
    {
        var file = Machine.Directory.Combine("clock");
        await File.WriteAllTextAsync(file, "+0\n");
        // The library leaves what it shares with other processes in /dev/shm.
        const string start = "mount -t tmpfs tmpfs /dev/shm; exec env LD_PRELOAD=\"$0\" FAKETIME_TIMESTAMP_FILE=\"$1\" FAKETIME_NO_CACHE=1 FAKETIME_DONT_FAKE_MONOTONIC=1 \"${@:2}\"";
        var serve = Agent();
        var agent = await StartAsync(Command.Of("unshare", ["--mount", "--propagation", "private", "bash", "-c", start, Library, file, serve.Program, .. serve.Arguments]));
        var before = ServerCondition.Of(agent);
        var truth = await SettledAsync(agent);

        foreach (var days in (int[])[3650, -3650, 0, -1, 1])
        {
            await File.WriteAllTextAsync(file, string.Create(CultureInfo.InvariantCulture, $"{days:+0;-0}d\n"));
            var jumped = DateTimeOffset.UtcNow.AddDays(days).ToUnixTimeSeconds();
            await agent.Process.UntilAsync(() => Math.Abs(TimeOf(agent) - jumped) < 120, $"its samples are of the time {days} days from now");
            var page = await PageAsync(agent);
            Assert.That(page.Untrue(truth).Concat(page.Missing(truth)), Is.Empty, $"{days} days");
        }

        Assert.That(await before.ComplaintsAsync(), Is.Empty);
        Assert.That(agent.Process.Warnings, Is.Empty);
    }

    [Test]
    public async Task One_that_is_killed_serves_again_when_it_is_started_again()
    {
        var socket = Path.Combine(Machine.Directory.CreateSubdirectory("run-killed"), "agent.sock");
        for (var round = 0; round < 5; round++)
        {
            var agent = await StartAsync(Agent(), $"unix:{socket}");
            Assert.That((await agent.GetAsync("/metrics")).Text, Does.Contain("""gpu_runtime_up{vendor="amd",gpu="amd:1"} 1"""));
            await agent.Process.StopAsync("KILL");
        }
    }

    private string DeviceDirectory
    {
        get
        {
            var link = new DirectoryInfo(Path.Combine(Machine.Host.SysRoot, "bus/pci/devices", Machine.Host.AmdGpus[1].PciAddress));
            return link.ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? link.FullName;
        }
    }

    private string Configured(Action<JsonObject> edit) => Machine.WriteConfiguration($"config-{Guid.NewGuid():N}.json", edit);

    private static Task UntilReadAsync(AgentDoor door, Func<bool> isGone) =>
        UntilAsync(door, static page => page.Contains("""gpu_runtime_up{vendor="amd",gpu="amd:1"} 1""", StringComparison.Ordinal), isGone);

    private static async Task UntilAsync(AgentDoor door, Predicate<string> condition, Func<bool> isGone)
    {
        for (var clock = System.Diagnostics.Stopwatch.StartNew(); ; await Task.Delay(50))
        {
            if (await Scraper.TryAsync(door, "/metrics") is { Status: 200 } reply && condition(reply.Text))
                return;
            Assert.That((isGone(), clock.Elapsed < TimeSpan.FromSeconds(60)), Is.EqualTo((false, true)));
        }
    }

    // What is the difference of two readings is there after the second one.
    private static async Task<MetricPage> SettledAsync(ServedAgent agent)
    {
        await agent.Process.UntilAsync(() => TimeOf(agent) > 0, "it has a sample");
        await Task.Delay(TimeSpan.FromSeconds(2.5));
        return await PageAsync(agent);
    }

    private static async Task<MetricPage> PageAsync(ServedAgent agent)
    {
        string? text = null;
        await UntilAsync(agent.Door, page => (text = page).Length > 0, static () => false);
        return new MetricPage(text!);
    }

    private static double TimeOf(ServedAgent agent) =>
        Scraper.TryAsync(agent.Door, "/metrics").GetAwaiter().GetResult()?.Text.Split('\n').FirstOrDefault(static line => line.StartsWith("gpu_runtime_sample_timestamp_seconds ", StringComparison.Ordinal)) is { } line
            ? double.Parse(line.Split(' ')[1], CultureInfo.InvariantCulture)
            : 0;
}

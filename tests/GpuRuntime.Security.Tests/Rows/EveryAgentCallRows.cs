using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json.Nodes;
using GpuRuntime.EndToEnd.Tests.Monitoring.Top;
using GpuRuntime.Security.Tests.Tools;
using GpuRuntime.TestHosts;

namespace GpuRuntime.Security.Tests.Rows;

/// <summary>
/// System calls of the agent's readings fail in turn, each in an agent of its own: it goes on, tells what is so or nothing, never a zero that nobody
/// read, and soon everything again.
/// </summary>
[Category("T24")]
public sealed class EveryAgentCallRows : TopFixture
{
    // They mostly wait for their next pass.
    private const int AtOnce = 8;

    // From a pass in which a call failed to one that is whole.
    private const int Recovery = 2;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private int _count;
    private string _disturb = "";
    private Command? _granting;

    // What .NET's runtime, and C's, need to go on at all. It was as if the agent was killed, and the system's service manager starts it again.
    private static readonly int[] OfRuntimes = [SystemCalls.ByName["mmap"], SystemCalls.ByName["mprotect"], SystemCalls.ByName["clone3"], SystemCalls.ByName["rseq"]];

    [Test]
    public async Task A_pass_tells_what_is_so_or_nothing_and_the_next_ones_everything([Values(0, 3)] int pass, [ValueSource(typeof(Fault), nameof(Fault.Rounds))] int round)
    {
        var (truth, calls) = await UndisturbedAsync(pass);
        Assert.That(truth.Count, Is.GreaterThan(100));
        var (wrong, hits, partial, ends) = (new ConcurrentQueue<string>(), 0, 0, 0);

        await Parallel.ForEachAsync(Enumerable.Range(0, calls).Where(static number => number % Fault.Step == 0), new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (number, _) =>
        {
            var (error, value) = Fault.Of(number + 1, round);
            await using var agent = await BeginAsync($"{pass}:{number + 1}:{value}");
            var (isPartial, complaint) = await WatchAsync(agent, pass, truth);
            if (isPartial)
                Interlocked.Increment(ref partial);
            if (agent.Hit is not null)
                Interlocked.Increment(ref hits);
            if (agent.IsGone && OfRuntimes.Contains(agent.Hit ?? 0))
                Interlocked.Increment(ref ends);
            else if (complaint is not null)
                wrong.Enqueue($"{error} at call {number + 1} ({agent.Hit}): {complaint}\n{agent.Warnings}");
        });

        TestContext.Out.WriteLine($"of {calls} calls {hits} failed: {partial} made a page tell less, {ends} ended their agent");
        Assert.That(wrong, Is.Empty);
        Assert.That(hits, Is.GreaterThan(30));
        // What fails in a later pass is mostly read once more at once.
        Assert.That(partial, pass == 0 ? Is.GreaterThan(30) : Is.GreaterThanOrEqualTo(0));
    }

    private protected override async Task StartSharedAsync()
    {
        _disturb = await Disturber.BuildAsync(Machine.Directory.CreateSubdirectory("disturb"));
        await GrantAsync();
    }

    private protected override async Task EndSharedAsync()
    {
        if (_granting is { } granting)
            (await granting.With("delete", Container).RunAsync()).EnsureSuccess();
    }

    // The low-level runtime is a stand-in.
    private async Task GrantAsync()
    {
        var runtime = await LivingRuntime.BuildAsync(Machine.Directory.Combine("living"));
        var configuration = Machine.WriteConfiguration("living.json", json => json["lowLevelRuntimes"] = new JsonArray(runtime));
        var directory = Machine.Directory.CreateSubdirectory("io.containerd.runtime.v2.task", "moby", Container);
        var bundle = Bundle.Create(directory, Directory.CreateDirectory(Path.Combine(directory, "rootfs")).FullName, BundleEngine.DefaultOptions with { Env = ["GPU_RUNTIME_GPUS=device=amd:1"] });
        _granting = Command.Of(Programs.GpuRuntime, "--root", Machine.Directory.Combine("runc"))
            .WithEnvironment("GPU_RUNTIME_CONFIG", configuration)
            .WithEnvironment(LivingRuntime.Variable, Machine.Directory.CreateSubdirectory("locks"));
        (await _granting.With("create", "--bundle", bundle.Directory, Container).RunAsync()).EnsureSuccess();
    }

    private static async Task<(bool IsPartial, string? Complaint)> WatchAsync(DisturbedAgent agent, int pass, MetricPage truth)
    {
        var isPartial = false;
        for (var clock = Stopwatch.StartNew(); clock.Elapsed < Patience; await Task.Delay(100))
        {
            if (agent.IsGone)
                return (isPartial, $"it ended with status {agent.ExitCode}");
            var passes = agent.Passes.Length;
            // Passes have other numbers of calls at times.
            if (passes > pass && agent.Hit is null)
                return (isPartial, null);
            if (agent.Hit is null || await agent.PageAsync() is not { } text)
                continue;
            var page = new MetricPage(text);
            if (page.Untrue(truth).ToList() is { Count: > 0 } untrue)
                return (isPartial, $"its page says what is not so: {string.Join(", ", untrue)}");
            var missing = page.Missing(truth).ToList();
            isPartial |= missing.Count > 0;
            if (passes <= pass + Recovery)
                continue;
            return (isPartial, missing.Count == 0 ? null : $"its page does not say this any more: {string.Join(", ", missing)}");
        }

        return (isPartial, $"it does not answer in {Patience.TotalSeconds} s");
    }

    private async Task<(MetricPage Truth, int Calls)> UndisturbedAsync(int pass)
    {
        await using var agent = await BeginAsync($"{int.MaxValue}:0:0");
        for (var clock = Stopwatch.StartNew(); agent.Passes.Length <= pass + Recovery; await Task.Delay(20))
            Assert.That((agent.IsGone, clock.Elapsed < Patience), Is.EqualTo((false, true)), agent.Warnings);
        return (new MetricPage((await agent.PageAsync())!), agent.Passes[pass]);
    }

    private async Task<DisturbedAgent> BeginAsync(string fault)
    {
        var directory = Machine.Directory.CreateSubdirectory("agents", $"{Interlocked.Increment(ref _count)}");
        var socket = Path.Combine(directory, "agent.sock");
        var configuration = Machine.WriteConfiguration(Path.Combine(directory, "config.json"), json => json["stateDirectory"] = Path.Combine(directory, "state"));
        (await Command.Of("cp", "-a", Machine.StateDirectory, Path.Combine(directory, "state")).RunAsync()).EnsureSuccess();
        var serve = Command.Of(Programs.GpuRuntimeAgent, "serve", "--config", configuration, "--listen", $"unix:{socket}");
        return new DisturbedAgent(Command.Of(_disturb), fault, serve, Path.Combine(directory, "agent"), socket);
    }
}

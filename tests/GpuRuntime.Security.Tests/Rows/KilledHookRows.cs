using System.Globalization;
using System.Text.Json.Nodes;
using GpuRuntime.Security.Tests.Containers;
using GpuRuntime.Security.Tests.Tools;
using GpuRuntime.TestHosts;

namespace GpuRuntime.Security.Tests.Rows;

/// <summary>
/// The hook is killed by SIGKILL at each of its system calls in turn: the container does not start half-equipped, no mount is left on the host,
/// and the next create works, with the same root filesystem.
/// </summary>
[TestFixture(HookVerb.Prestart, 1)]
[TestFixture(HookVerb.Cdi, 2)]
[Category("T25")]
public sealed class KilledHookRows(HookVerb verb, int callsPerKill) : HookFixture(verb)
{
    private const string Marker = "the container runs";

    // Before the container's namespace is entered the hook only reads: there every so many calls are enough.
    private const int CallsPerKillBefore = 12;

    [Test]
    public async Task A_container_whose_hook_is_killed_does_not_start_and_the_next_one_does()
    {
        var tamper = await Tamper.BuildAsync(Machine.Directory.CreateSubdirectory("tamper"));
        var log = Machine.Directory.Combine("calls");
        var bundle = await CreateBundleAsync(HookRequest.Of(HookImage.Busybox, "sh", "-c", $"echo {Marker}; exec {HookImage.OpenDevice} {FirstGpu}") with { Capabilities = "utility" });
        var config = await File.ReadAllTextAsync(bundle.ConfigPath);
        // The first one makes the places to mount on: what is counted is a create like all that follow.
        AssertWorks(await RunAsync(bundle, tamper, Tamper.Count, Tamper.AnyCall, 0, log, config));
        AssertWorks(await RunAsync(bundle, tamper, Tamper.Count, Tamper.AnyCall, 0, log, config));
        var entered = Array.IndexOf([.. (await File.ReadAllLinesAsync(log)).Select(static line => int.Parse(line, CultureInfo.InvariantCulture))], SystemCalls.Setns);
        var mounts = HostMountTable();
        Assert.That(entered, Is.Positive, "the hook never entered the container");

        for (var call = 1; call <= entered; call += CallsPerKillBefore)
            await KillAsync(Tamper.AnyCall, call);
        // Counted from there: how many calls the managed runtime makes before, while its threads wait for each other, differs from run to run.
        var inContainer = 0;
        while (await KillAsync($"{Tamper.AnyCall}@{SystemCalls.Setns}", inContainer + 1))
            inContainer += callsPerKill;

        TestContext.Out.WriteLine($"killed at every {callsPerKill}th of {inContainer} system calls in the container, and at every {CallsPerKillBefore}th of {entered} before");
        Assert.That(inContainer, Is.GreaterThan(50));
        Assert.That(HostMountTable(), Is.EqualTo(mounts));
        Assert.That(RunningHooks(), Is.Empty);
        AssertWorks(await RunAsync(bundle, tamper, Tamper.Count, Tamper.AnyCall, 0, log, config));

        async Task<bool> KillAsync(string which, int nth)
        {
            var result = await RunAsync(bundle, tamper, Tamper.Kill, which, nth, log, config);
            if (!(await File.ReadAllTextAsync(log)).Contains("hit", StringComparison.Ordinal))
            {
                // It made fewer calls than that, and was not disturbed.
                AssertWorks(result);
                return false;
            }

            Assert.That(result.ExitCode, Is.Not.Zero, $"call {which} {nth}\n{result}");
            Assert.That(result.Output, Does.Not.Contain(Marker), $"call {which} {nth}");
            if (nth % 20 == 0)
                Assert.That(HostMountTable(), Is.EqualTo(mounts), $"call {which} {nth}");
            return true;
        }
    }

    private Task<CommandResult> RunAsync(Bundle bundle, string tamper, string action, string call, int nth, string log, string config)
    {
        var spec = JsonNode.Parse(config)!.AsObject();
        spec["hooks"]![Stage] = new JsonArray(HookEntry(tamper, action, call, nth.ToString(CultureInfo.InvariantCulture), log));
        bundle.WriteConfig(spec);
        return base.RunAsync(bundle);
    }

    private void AssertWorks(CommandResult result) =>
        Assert.That(result.EnsureSuccess().Lines, Is.EqualTo((string[])[Marker, $"{FirstGpu}: ENXIO"]));
}

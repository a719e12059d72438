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
public sealed class KilledHookRows : HookFixture
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
        await RunAsync(bundle, tamper, Tamper.Count, "0", log, config);
        AssertWorks(await RunAsync(bundle, tamper, Tamper.Count, "0", log, config));
        var calls = (await File.ReadAllLinesAsync(log)).Select(static line => int.Parse(line, CultureInfo.InvariantCulture)).ToArray();
        var entered = Array.IndexOf(calls, SystemCalls.Setns);
        var mounts = HostMountTable();
        var killed = 0;

        Assert.That(entered, Is.Positive, "the hook never entered the container");
        for (var call = 1; call <= calls.Length; call += call < entered ? CallsPerKillBefore : 1)
        {
            var result = await RunAsync(bundle, tamper, Tamper.Kill, call.ToString(CultureInfo.InvariantCulture), log, config);
            if (!(await File.ReadAllTextAsync(log)).Contains("hit", StringComparison.Ordinal))
                continue;
            killed++;
            Assert.That(result.ExitCode, Is.Not.Zero, $"call {call}\n{result}");
            Assert.That(result.Output, Does.Not.Contain(Marker), $"call {call}");
            if (call % 20 == 0)
                Assert.That(HostMountTable(), Is.EqualTo(mounts), $"call {call}");
        }

        TestContext.Out.WriteLine($"{killed} kills at {calls.Length} system calls, {calls.Length - entered} of them in the container");
        Assert.That(killed, Is.GreaterThan((calls.Length - entered) * 9 / 10));
        Assert.That(HostMountTable(), Is.EqualTo(mounts));
        Assert.That(RunningHooks(), Is.Empty);
        AssertWorks(await RunAsync(bundle, tamper, Tamper.Count, "0", log, config));
    }

    private Task<CommandResult> RunAsync(Bundle bundle, string tamper, string action, string call, string log, string config)
    {
        var spec = JsonNode.Parse(config)!.AsObject();
        spec["hooks"]!["prestart"] = new JsonArray(HookEntry(tamper, action, Tamper.AnyCall, call, log));
        bundle.WriteConfig(spec);
        return base.RunAsync(bundle);
    }

    private void AssertWorks(CommandResult result) =>
        Assert.That(result.EnsureSuccess().Lines, Is.EqualTo((string[])[Marker, $"{FirstGpu}: ENXIO"]));
}

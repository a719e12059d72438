using GpuRuntime.Security.Tests.Containers;
using GpuRuntime.Security.Tests.Tools;

namespace GpuRuntime.Security.Tests.Rows;

/// <summary>All or nothing: a system call that fails half-way leaves the container as it was, and one sentence.</summary>
[TestFixture(CgroupVersion.V1, HookVerb.Prestart)]
[TestFixture(CgroupVersion.V2, HookVerb.Prestart)]
[TestFixture(CgroupVersion.V1, HookVerb.Cdi)]
[Category("T25")]
public sealed class HookFaultRows(CgroupVersion version, HookVerb verb) : FakeContainerFixture(verb)
{
    private const int NoSpace = 28;
    private const int NotPermitted = 1;
    private const int MostTries = 25;

    private string _tamper = "";

    [Test]
    public async Task What_was_done_is_taken_back(
        [Values("mkdirat", "mknodat", "symlinkat", "renameat", "fchmod", "fchownat", "move_mount", "mount_setattr", "open_tree", "setns", "unshare", "bpf")] string call,
        [Values(NoSpace, NotPermitted)] int errno)
    {
        var number = SystemCalls.ByName[call];
        var bundle = await CreateBundleAsync(new HookRequest { Edit = static spec => spec["process"]!["user"]!["uid"] = 1000 });
        var log = Machine.Directory.Combine($"calls-{Guid.NewGuid():N}");
        var container = await StartContainerAsync(bundle, version);
        var failed = 0;
        try
        {
            var before = await container.SnapshotAsync();
            for (var nth = 1; ; nth += nth < 8 ? 1 : 5)
            {
                var result = await Tampered(container, log, $"{errno}", $"{number}", $"{nth}").RunAsync();
                if (!(await File.ReadAllTextAsync(log)).Contains("hit", StringComparison.Ordinal))
                    break;
                if (result.ExitCode == 0)
                {
                    // Tolerated: then nothing may be missing. The next one needs a container of its own.
                    await AssertGivenAsync(container);
                    break;
                }

                failed++;
                Assert.That(HookSentence.Of(result), Does.Match("GRT40(01|02|04|05|07|08|09)"));
                Assert.That(await container.SnapshotAsync(), Is.EqualTo(before), $"{call} {nth}");
                if (failed == MostTries)
                    break;
            }
        }
        finally
        {
            await container.DisposeAsync();
        }

        Assert.That(failed, IsMade(call) ? Is.Positive : Is.Zero, "no fault was made");
    }

    // Nodes and rules of devices are the engine's with CDI; rules are text with cgroup v1.
    private bool IsMade(string call) => call switch
    {
        "bpf" => version == CgroupVersion.V2 && Verb == HookVerb.Prestart,
        "mknodat" or "fchownat" => Verb == HookVerb.Prestart,
        _ => true,
    };

    private Command Tampered(FakeContainer container, string log, params ReadOnlySpan<string> how)
    {
        var hook = HookFor(container.StatePath);
        return hook with { Program = _tamper, Arguments = [.. how, log, hook.Program, .. hook.Arguments] };
    }

    private protected override async Task PrepareAsync()
    {
        await base.PrepareAsync();
        _tamper = await Tamper.BuildAsync(Machine.Directory.CreateSubdirectory("tamper"));
    }
}

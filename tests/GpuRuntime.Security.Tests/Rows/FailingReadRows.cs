using GpuRuntime.Security.Tests.Containers;
using GpuRuntime.Security.Tests.Tools;
using GpuRuntime.TestHosts;

namespace GpuRuntime.Security.Tests.Rows;

/// <summary>
/// Calls inside the container's namespace by which the hook finds out what is there, and those that write small files: one that fails either fails
/// the hook, which leaves nothing then, or it makes no difference to what the container gets.
/// </summary>
[TestFixture(HookVerb.Prestart, 30)]
[TestFixture(HookVerb.Cdi, 10)]
[Category("T25")]
public sealed class FailingReadRows(HookVerb verb, int mostSamples) : FakeContainerFixture(verb)
{
    private const int NoMemory = 12;

    // As many of the others as keep this within seconds; the last ones, which are about the loader's files, all of them.
    private const int LastOnes = 30;

    private string _tamper = "";

    [Test]
    public async Task It_is_all_or_nothing([Values("openat2", "read", "statx", "readlinkat", "write", "fstatfs")] string call)
    {
        var bundle = await CreateBundleAsync(new HookRequest { Devices = "0", Capabilities = "utility" });
        var log = Machine.Directory.Combine($"calls-{call}");
        var (whole, calls) = await UndisturbedAsync(bundle, call, log);
        var step = Math.Max(1, (calls - LastOnes) / mostSamples);
        var wrong = new List<string>();
        var (failures, container, before) = (0, await StartFreshAsync(bundle), "");
        try
        {
            before = await container.SnapshotAsync();
            for (var nth = 1; nth <= calls; nth += nth >= calls - LastOnes ? 1 : step)
            {
                var result = await TamperedAsync(container, log, $"{NoMemory}", call, nth);
                if (!(await File.ReadAllTextAsync(log)).Contains("hit", StringComparison.Ordinal))
                    break;
                var after = await container.SnapshotAsync();
                if (result.ExitCode != 0)
                {
                    failures++;
                    Assert.That(HookSentence.Of(result), Does.Match("GRT40(01|02|05|07|08)"));
                    if (after != before)
                        wrong.Add($"{call} {nth} failed the hook, which left: {Difference(before, after)}");
                }
                else if (after != whole)
                {
                    wrong.Add($"{call} {nth} did not fail the hook, and made a difference: {Difference(whole, after)}");
                }

                if (after == before)
                    continue;
                await container.DisposeAsync();
                container = await StartFreshAsync(bundle);
            }
        }
        finally
        {
            await container.DisposeAsync();
        }

        TestContext.Out.WriteLine($"{failures} of {calls} calls, of which every {step}th was tried, failed the hook");
        Assert.That(calls, Is.Positive);
        Assert.That(wrong, Is.Empty);
    }

    private static string Difference(string expected, string actual)
    {
        var (wanted, found) = (expected.Split('\n'), actual.Split('\n'));
        return $"missing [{string.Join(" | ", wanted.Except(found))}], more [{string.Join(" | ", found.Except(wanted))}]";
    }

    private async Task<FakeContainer> StartFreshAsync(Bundle bundle)
    {
        (await Command.Of("sh", "-c", """rm -rf "$1" && cp -a "$0" "$1" """, Image, Path.Combine(bundle.Directory, "rootfs")).RunAsync()).EnsureSuccess();
        return await StartContainerAsync(bundle);
    }

    private async Task<(string Whole, int Calls)> UndisturbedAsync(Bundle bundle, string call, string log)
    {
        await using var container = await StartFreshAsync(bundle);
        (await TamperedAsync(container, log, Tamper.Count, call, 0)).EnsureSuccess();
        return (await container.SnapshotAsync(), File.ReadLines(log).Count());
    }

    private Task<CommandResult> TamperedAsync(FakeContainer container, string log, string action, string call, int nth)
    {
        var hook = HookFor(container.StatePath);
        string[] how = [action, $"{SystemCalls.ByName[call]}@{SystemCalls.Setns}", $"{nth}", log];
        return (hook with { Program = _tamper, Arguments = [.. how, hook.Program, .. hook.Arguments] }).RunAsync();
    }

    private protected override async Task PrepareAsync()
    {
        await base.PrepareAsync();
        _tamper = await Tamper.BuildAsync(Machine.Directory.CreateSubdirectory("tamper"));
    }
}

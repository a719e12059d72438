using GpuRuntime.Security.Tests.Containers;
using GpuRuntime.Security.Tests.Tools;

namespace GpuRuntime.Security.Tests.Rows;

/// <summary>
/// System calls of the hook fail in turn, each in a run of its own, from its first one on: the container has everything, or is as it was and one sentence
/// says why.
/// </summary>
[TestFixture(HookVerb.Prestart, CgroupVersion.V2)]
[TestFixture(HookVerb.Cdi, CgroupVersion.V1)]
[Category("T25")]
public sealed class EveryHookCallRows(HookVerb verb, CgroupVersion version) : FakeContainerFixture(verb)
{
    [Test]
    public async Task The_container_has_everything_or_is_as_it_was([ValueSource(typeof(Fault), nameof(Fault.Rounds))] int round)
    {
        var tamper = await Tamper.BuildAsync(Machine.Directory.CreateSubdirectory($"tamper-{round}"));
        var log = Machine.Directory.Combine($"calls-{round}");
        var bundle = await CreateBundleAsync(new HookRequest());
        var (failures, speechless, nth, mounts) = (0, 0, 1, HostMountTable());
        var container = await StartContainerAsync(bundle, version);
        try
        {
            var before = await container.SnapshotAsync();
            for (; ; nth += Fault.Step)
            {
                var (error, number) = Fault.Of(nth, round);
                var hook = HookFor(container.StatePath);
                var result = await (hook with { Program = tamper, Arguments = [number, Tamper.AnyCall, $"{nth}", log, hook.Program, .. hook.Arguments] }).RunAsync();
                var when = $"{error} at call {nth}: {result}";
                if (result.ExitCode == 0 || Fault.IsAbort(result))
                {
                    if (result.ExitCode == 0)
                        await AssertGivenAsync(container);
                    else
                        speechless++;
                    if (!(await File.ReadAllTextAsync(log)).Contains("hit", StringComparison.Ordinal))
                        break;
                    // The next one needs a container that has nothing yet. Places to mount on stay in the image.
                    await container.DisposeAsync();
                    container = await StartContainerAsync(bundle, version);
                    before = await container.SnapshotAsync();
                    continue;
                }

                failures++;
                Assert.That(await container.SnapshotAsync(), Is.EqualTo(before), when);
                TestContext.Out.WriteLine($"{error} at call {nth}: {HookSentence.Of(result)}");
            }
        }
        finally
        {
            await container.DisposeAsync();
        }

        TestContext.Out.WriteLine($"of {nth} calls {failures} made it fail, and {speechless} did before it could say why");
        Assert.That(failures, Is.GreaterThan(20));
        Assert.That(HostMountTable(), Is.EqualTo(mounts));
    }
}

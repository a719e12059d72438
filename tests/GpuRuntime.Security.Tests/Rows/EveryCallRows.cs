using GpuRuntime.Security.Tests.Containers;
using GpuRuntime.Security.Tests.Tools;
using GpuRuntime.TestHosts;

namespace GpuRuntime.Security.Tests.Rows;

/// <summary>
/// System calls of a create and of a delete fail in turn, each in a run of its own, from the program's first one on: all is done, or nothing and one
/// sentence says why. The low-level runtime is a stand-in.
/// </summary>
[Category("T26")]
public sealed class EveryCallRows : FaultFixture
{
    private const string Id = "failed";

    [Test]
    public async Task A_create_gives_everything_or_changes_nothing([ValueSource(typeof(Fault), nameof(Fault.Rounds))] int round)
    {
        var bundle = Bundle(capabilities: "all");
        var config = await File.ReadAllTextAsync(bundle.ConfigPath);
        Begin();
        (await CreateAsync(bundle)).EnsureSuccess();
        var edited = await File.ReadAllTextAsync(bundle.ConfigPath);
        var (failures, speechless) = (0, 0);
        var mounts = HostMounts.Of(Machine.Directory);
        var nth = 1;
        for (; ; nth += Fault.Step)
        {
            Begin();
            await File.WriteAllTextAsync(bundle.ConfigPath, config);
            var (error, number) = Fault.Of(nth, round);
            var (result, isHit) = await TamperedAsync(number, Tamper.AnyCall, null, nth, "create", "--bundle", bundle.Directory, Id);
            var when = $"{error} at call {nth} ({await LastCallAsync()}): {result}";
            if (!isHit)
                result.EnsureSuccess();
            if (Fault.IsAbort(result))
            {
                speechless++;
                await AssertNothingLostAsync(Everything, when);
                // An engine would take the whole bundle away.
                foreach (var file in Directory.GetFiles(bundle.Directory).Where(path => path != bundle.ConfigPath))
                    File.Delete(file);
                continue;
            }

            Assert.That(Directory.GetFileSystemEntries(bundle.Directory).Select(Path.GetFileName), Is.EquivalentTo((string[])["config.json", "rootfs"]), when);
            if (result.ExitCode == 0)
            {
                Assert.That(await File.ReadAllTextAsync(bundle.ConfigPath), Is.EqualTo(edited), when);
                Assert.That(Ledger.HeldBy(Id), Has.Length.EqualTo(2), when);
                if (!isHit)
                    break;
                continue;
            }

            failures++;
            // The low-level runtime is started when all is done, and what was done is whole.
            Assert.That(await File.ReadAllTextAsync(bundle.ConfigPath), Is.EqualTo(result.Error.Contains("GRT1202", StringComparison.Ordinal) ? edited : config), when);
            Assert.That(Ledger.Left(), Is.Empty, when);
            TestContext.Out.WriteLine($"{error} at call {nth}: {HookSentence.Of(result)}");
            (await CreateAsync(bundle)).EnsureSuccess();
        }

        TestContext.Out.WriteLine($"of {nth} calls {failures} made it fail, and {speechless} did before it could say why");
        Assert.That(failures, Is.GreaterThan(20));
        Assert.That(HostMounts.Of(Machine.Directory), Is.EqualTo(mounts));
    }

    [Test]
    public async Task A_delete_frees_a_GPU_or_leaves_it_to_the_container_that_still_has_it([ValueSource(typeof(Fault), nameof(Fault.Rounds))] int round)
    {
        var bundle = Bundle();
        var config = await File.ReadAllTextAsync(bundle.ConfigPath);
        var (failures, nth) = (0, 1);
        // They are few.
        for (; ; nth++)
        {
            Begin();
            await File.WriteAllTextAsync(bundle.ConfigPath, config);
            (await CreateAsync(bundle)).EnsureSuccess();
            var (error, number) = Fault.Of(nth, round);
            var (result, isHit) = await TamperedAsync(number, Tamper.AnyCall, null, nth, "delete", Id);
            var when = $"{error} at call {nth}: {result}";
            Assert.That(() => Ledger.Read(), Throws.Nothing, when);
            if (Fault.IsAbort(result) || result.Error.Contains("waitpid", StringComparison.Ordinal))
            {
                // The low-level runtime that it had started, and nobody waits for, may delete the container at this moment.
                await Verb("delete", Id).RunAsync();
            }
            else if (Directory.Exists(Path.Combine(Bundles.StateRoot, Id)))
            {
                failures++;
                TestContext.Out.WriteLine($"{error} at call {nth}: {result.ExitCode} {result.Error}");
                Assert.That(result.ExitCode, Is.Not.Zero, when);
                Assert.That((await CreateAsync("second", "device=0")).ExitCode, Is.EqualTo(1), $"{when}: its GPU was given to another");
                (await Verb("delete", Id).RunAsync()).EnsureSuccess();
            }

            await AssertNothingLostAsync(Everything, when);
            if (isHit)
                continue;
            result.EnsureSuccess();
            Assert.That(Ledger.HeldBy(Id), Is.Empty);
            break;
        }

        TestContext.Out.WriteLine($"of {nth} calls {failures} made it fail");
        Assert.That(failures, Is.GreaterThan(2));
    }

    private Task<CommandResult> CreateAsync(Bundle bundle) => Verb("create", "--bundle", bundle.Directory, Id).RunAsync();
}

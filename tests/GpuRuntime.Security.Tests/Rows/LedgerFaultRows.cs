using System.Globalization;
using GpuRuntime.Security.Tests.Containers;
using GpuRuntime.Security.Tests.Tools;

namespace GpuRuntime.Security.Tests.Rows;

/// <summary>
/// The ledger when a create or a delete is killed at any of its calls, and when any of these calls fails: nobody's GPU is given to a second one, none
/// is lost, and a create that fails has changed nothing. The low-level runtime is a stand-in.
/// </summary>
[Category("T26")]
public sealed class LedgerFaultRows : FaultFixture
{
    private const int NoSpace = 28;
    private const int Denied = 13;
    private const int InputOutput = 5;
    private const int TooManyFiles = 24;
    private const int MostTries = 25;

    [Test]
    public async Task A_create_that_is_killed_at_any_call_holds_nothing_and_breaks_nothing([Values] bool others)
    {
        var calls = 0;
        var bundle = Bundle(others ? "device=1,mode=exclusive" : Everything);
        var config = await File.ReadAllTextAsync(bundle.ConfigPath);
        for (var call = 1; ; call += others ? 3 : 1)
        {
            Begin();
            // What is there already is another's: a name of it in the unit, and an entry.
            if (others)
                (await CreateAsync("other", "device=0")).EnsureSuccess();
            await File.WriteAllTextAsync(bundle.ConfigPath, config);
            var (result, isHit) = await TamperedAsync(Tamper.Kill, Tamper.AnyCall, "flock", call, "create", "--bundle", bundle.Directory, "killed");
            if (!isHit)
            {
                result.EnsureSuccess();
                break;
            }

            calls = call;
            AssertReadable($"call {call}");
            var hasEntry = Ledger.HeldBy("killed").Length > 0;
            if (others)
                Assert.That((await CreateAsync("second", "device=0,mode=exclusive")).ExitCode, Is.EqualTo(1), $"call {call}: the other's GPU");
            await AssertNothingLostAsync(others ? "device=1,mode=exclusive" : Everything, $"call {call}");
            // What comes behind that has nothing to do with the ledger.
            if (hasEntry)
                break;
        }

        TestContext.Out.WriteLine($"killed at each of {calls} calls");
        Assert.That(calls, Is.GreaterThan(10));
    }

    [Test]
    public async Task A_delete_that_is_killed_at_any_call_loses_nothing_and_breaks_nothing()
    {
        var call = 1;
        var bundle = Bundle();
        var config = await File.ReadAllTextAsync(bundle.ConfigPath);
        for (; ; call++)
        {
            Begin();
            await File.WriteAllTextAsync(bundle.ConfigPath, config);
            (await Verb("create", "--bundle", bundle.Directory, "deleted").RunAsync()).EnsureSuccess();
            var (result, isHit) = await TamperedAsync(Tamper.Kill, Tamper.AnyCall, "flock", call, "delete", "deleted");
            AssertReadable($"call {call}");
            await AssertNothingLostAsync(Everything, $"call {call}");
            if (isHit)
                continue;
            result.EnsureSuccess();
            Assert.That(Ledger.HeldBy("deleted"), Is.Empty);
            break;
        }

        TestContext.Out.WriteLine($"killed at each of {call} calls");
        Assert.That(call, Is.GreaterThan(5));
    }

    [Test]
    public async Task A_create_that_cannot_write_the_ledger_says_so_and_has_changed_nothing(
        [Values("write", "linkat", "renameat", "mkdirat", "getrandom", "openat2", "flock")] string name, [Values(NoSpace, Denied, InputOutput)] int errno)
    {
        var told = 0;
        var bundle = Bundle();
        var config = await File.ReadAllTextAsync(bundle.ConfigPath);
        var isLedgerAlone = name is "linkat" or "flock";
        // Its directories are made, and it is locked, before; what many other files are opened for comes behind it.
        var behind = name is "flock" or "mkdirat" ? null : "flock";
        for (var nth = 1; nth <= MostTries; nth++)
        {
            Begin();
            await File.WriteAllTextAsync(bundle.ConfigPath, config);
            var (result, isHit) = await TamperedAsync(errno.ToString(CultureInfo.InvariantCulture), $"{SystemCalls.ByName[name]}", behind, nth, "create", "--bundle", bundle.Directory, "failed");
            if (!isHit)
                break;
            if (result.ExitCode == 0)
            {
                // Tolerated: then nothing may be missing.
                Assert.That(Ledger.HeldBy("failed"), Has.Length.EqualTo(2), $"{name} {nth}");
                continue;
            }

            // A call of the program that it has become by then.
            if (!result.Error.Contains("gpu-runtime: GRT", StringComparison.Ordinal))
                break;
            Assert.That(await File.ReadAllTextAsync(bundle.ConfigPath), Is.EqualTo(config), $"{name} {nth}");
            Assert.That(Ledger.Left(), Is.Empty, $"{name} {nth}: {result}");
            if (isLedgerAlone)
                Assert.That(result.Error, Does.Match("gpu-runtime: GRT(4009|4003): "), $"{name} {nth}");
            if (!result.Error.Contains("GRT4009", StringComparison.Ordinal) && !result.Error.Contains("GRT4003", StringComparison.Ordinal))
                continue;
            told++;
            Assert.That(result.Error, Does.Contain(Machine.StateDirectory).And.Contain("stateDirectory"));
            await AssertNothingLostAsync(Everything, $"{name} {nth}");
        }

        Assert.That(told, Is.Positive, "no call of the ledger failed");
    }

    // Whether another lives is read from its files and from /proc: what cannot be read is no end.
    [Test]
    public async Task A_call_that_fails_while_the_holder_is_looked_at_gives_nobody_its_GPU(
        [Values("openat2", "read", "pread64", "statx", "getdents64", "unlinkat")] string name, [Values(InputOutput, TooManyFiles)] int errno)
    {
        var hits = 0;
        Begin();
        (await CreateAsync("holder", "device=0,mode=exclusive")).EnsureSuccess();
        var bundle = Bundle("device=0,mode=exclusive");
        var config = await File.ReadAllTextAsync(bundle.ConfigPath);
        for (var nth = 1; ; nth++)
        {
            var (result, isHit) = await TamperedAsync(errno.ToString(CultureInfo.InvariantCulture), $"{SystemCalls.ByName[name]}", "flock", nth, "create", "--bundle", bundle.Directory, "second");
            Assert.That(result.ExitCode, Is.Not.Zero, $"{name} {nth}");
            Assert.That(result.Error, Does.Match("gpu-runtime: GRT(2009|4009|4003): "), $"{name} {nth}");
            Assert.That(Ledger.HeldBy("holder"), Is.EqualTo((string[])["nvidia:0"]), $"{name} {nth}");
            Assert.That(await File.ReadAllTextAsync(bundle.ConfigPath), Is.EqualTo(config), $"{name} {nth}");
            if (!isHit)
                break;
            hits++;
        }

        // Without anything gone there is nothing to unlink, and procfs is read by read(2).
        Assert.That(hits, name is "unlinkat" or "pread64" or "statx" ? Is.GreaterThanOrEqualTo(0) : Is.Positive);
        Assert.That((await CreateAsync("third", "device=0")).Error, Does.Contain("GRT2009").And.Contain("holder"));
    }

    [Test]
    public async Task A_full_file_system_is_told_and_nothing_is_held()
    {
        const string script = """
            set -e
            state=$1; shift
            mkdir -p -m 700 "$state"
            mount -t tmpfs -o size=16k,mode=700 tmpfs "$state"
            dd if=/dev/zero of="$state/filler" bs=4k 2>/dev/null || true
            status=0; "$@" || status=$?
            echo "exit $status"
            rm "$state/filler"; find "$state" -name '*.json' -o -name '.new-*' -o -name '*.x.*'
            """;
        Begin();
        var bundle = Bundle();
        var config = await File.ReadAllTextAsync(bundle.ConfigPath);
        var create = Verb("create", "--bundle", bundle.Directory, "failed");

        var result = await (create with
        {
            Program = "unshare",
            Arguments = ["--mount", "--propagation", "private", "sh", "-c", script, "sh", Machine.StateDirectory, create.Program, .. create.Arguments],
        }).RunAsync();

        Assert.That(result.Lines, Is.EqualTo((string[])["exit 1"]), result.ToString());
        Assert.That(result.Error, Does.Match(@"gpu-runtime: GRT(4009|4003): [^\n]*ENOSPC"));
        Assert.That(await File.ReadAllTextAsync(bundle.ConfigPath), Is.EqualTo(config));
    }

    private void AssertReadable(string when) => Assert.That(() => Ledger.Read(), Throws.Nothing, when);
}

using System.Collections.Immutable;
using System.Globalization;
using GpuRuntime.Security.Tests.Specifications;
using GpuRuntime.Security.Tests.Tools;

namespace GpuRuntime.Security.Tests.Rows;

/// <summary>Writing specifications while engines read, disks fill, and power goes: there is the old file or the new one, whole.</summary>
[Category("T21")]
public sealed class SpecWriteRows
{
    private const int NoSpace = 28;
    private const int Refreshes = 20;

    // How often what a killed command left is tried with the next one.
    private const int RetriedCalls = 4;

    // The first call by which anything changes makes the directory.
    private const string WhenWriting = "@258";

    private const string SameFormat = "refresh --vendor nvidia";
    private const string OtherFormat = "generate --vendor nvidia --format json";

    private SpecDirectory? _specs;
    private string _tamper = "";
    private ImmutableArray<string> _contents;

    private SpecDirectory Specs => _specs!;

    /// <summary>What the old and the new file say, as YAML and as JSON.</summary>
    private string Old => _contents[0];

    private string New => _contents[1];

    private string NewJson => _contents[2];

    [OneTimeSetUp]
    public async Task PrepareAsync()
    {
        _specs = SpecDirectory.Create();
        _tamper = await Tamper.BuildAsync(Specs.Surroundings.CreateSubdirectory("tamper"));
        _contents = [await WrittenAsync(Specs.TwoGpus, "yaml"), await WrittenAsync(Specs.ThreeGpus, "yaml"), await WrittenAsync(Specs.ThreeGpus, "json")];
        Assert.That(_contents, Is.Unique);
    }

    [OneTimeTearDown]
    public async Task RemoveAsync() => await Specs.DisposeAsync();

    [Test]
    public async Task Twenty_refreshes_at_once_never_show_a_reader_half_a_file_or_none()
    {
        Begin();
        var path = Specs.Combine(SpecDirectory.Own);
        var (reads, other, done) = (new Dictionary<string, int>(StringComparer.Ordinal), new HashSet<string>(StringComparer.Ordinal), false);
        var reader = new Thread(() =>
        {
            while (!Volatile.Read(ref done))
            {
                var content = File.Exists(path) ? File.ReadAllText(path) : "nothing";
                reads[content] = reads.GetValueOrDefault(content) + 1;
                other.UnionWith(Specs.Read().Where(static name => name != SpecDirectory.Own));
            }
        });
        reader.Start();
        var results = await Task.WhenAll(Enumerable.Range(0, Refreshes).Select(index => Specs.Cdi(index % 2 == 0 ? Specs.ThreeGpus : Specs.TwoGpus, SameFormat.Split(' ')).RunAsync()));
        Volatile.Write(ref done, true);
        reader.Join();

        Assert.That(results.Where(static result => result.ExitCode != 0), Is.Empty);
        Assert.That(reads.Keys, Is.SubsetOf((string[])[Old, New]));
        Assert.That(other, Is.Empty, "temporary files that an engine would read");
        Assert.That(Directory.EnumerateFileSystemEntries(Specs.FullPath).Select(Path.GetFileName), Is.EqualTo((string[])[SpecDirectory.Own]));
        TestContext.Out.WriteLine($"{reads.Values.Sum()} reads");
    }

    [TestCase(SameFormat, 2)]
    [TestCase(OtherFormat, 1)]
    public async Task A_command_that_is_killed_at_any_call_leaves_the_old_file_or_the_new_one(string update, int step)
    {
        var states = new HashSet<string>();
        var call = 1;
        for (; ; call += step)
        {
            Begin();
            var (result, isHit) = await TamperedAsync(update, Tamper.Kill, Tamper.AnyCall, call);
            states.Add(State());
            AssertOldOrNew($"call {call}");
            if (!isHit)
            {
                result.EnsureSuccess();
                break;
            }

            if (call % RetriedCalls != 0)
                continue;
            (await Specs.Cdi(Specs.ThreeGpus, update.Split(' ')).RunAsync()).EnsureSuccess();
            Assert.That(State(), Is.EqualTo(update == SameFormat ? New : NewJson), $"after call {call}");
        }

        TestContext.Out.WriteLine($"killed at every {step}th of {call} calls");
        Assert.That(call, Is.GreaterThan(10));
        Assert.That(states, Has.Count.EqualTo(2), "both were met");
    }

    [TestCase(SameFormat)]
    [TestCase(OtherFormat)]
    public async Task A_call_that_fails_is_told_and_leaves_the_old_file_and_nothing_else(string update)
    {
        var told = 0;
        foreach (var name in (string[])["openat2", "getrandom", "write", "fchmod", "renameat"])
        {
            for (var nth = 1; ; nth++)
            {
                Begin();
                var (result, isHit) = await TamperedAsync(update, NoSpace.ToString(CultureInfo.InvariantCulture), $"{SystemCalls.ByName[name]}", nth);
                if (!isHit)
                    break;
                AssertOldOrNew($"{name} {nth}");
                Assert.That(Directory.EnumerateFileSystemEntries(Specs.FullPath).Count(), Is.EqualTo(1), $"{name} {nth}: {result}");
                if (!result.Error.Contains("GRT5003", StringComparison.Ordinal))
                    continue;
                told++;
                Assert.That(result.ExitCode, Is.EqualTo(1));
                Assert.That(State(), Is.EqualTo(Old), $"{name} {nth}: {result}");
            }
        }

        Assert.That(told, Is.GreaterThanOrEqualTo(5));
    }

    // A small file system of its own, in a mount namespace of its own.
    [TestCase(SameFormat)]
    [TestCase(OtherFormat)]
    public async Task A_full_file_system_keeps_the_old_file_and_is_told(string update)
    {
        const string script = """
            set -e
            specs=$1 old=$2; shift 2
            mount -t tmpfs -o size=64k,mode=755 tmpfs "$specs"
            cp "$old" "$specs/gpu-runtime-nvidia.yaml"
            stat -c '%i %Y %Z' "$specs/gpu-runtime-nvidia.yaml"
            dd if=/dev/zero of="$specs/filler" bs=4k 2>/dev/null || true
            status=0; "$@" || status=$?
            echo "exit $status"
            stat -c '%i %Y %Z' "$specs/gpu-runtime-nvidia.yaml"
            cmp "$old" "$specs/gpu-runtime-nvidia.yaml"
            rm "$specs/filler"; ls -A "$specs"
            """;
        var old = Specs.Surroundings.Combine("old.yaml");
        await File.WriteAllTextAsync(old, Old);
        var command = Specs.Cdi(Specs.ThreeGpus, update.Split(' '));

        var result = await Command.Of("unshare", ["--mount", "--propagation", "private", "sh", "-c", script, "sh", Specs.FullPath, old, command.Program, .. command.Arguments]).RunAsync();

        Assert.That(result.EnsureSuccess().Lines, Is.EqualTo((string[])[result.Lines[0], "exit 1", result.Lines[0], SpecDirectory.Own]));
        Assert.That(result.Error, Does.Match(@"\Agpu-runtime: GRT5003: [^\n]*ENOSPC[^\n]*\n\z"));
    }

    private void Begin()
    {
        Specs.Clear();
        File.WriteAllText(Specs.Combine(SpecDirectory.Own), Old);
    }

    private string State() => string.Join('\n', Specs.Read().Select(name => File.ReadAllText(Specs.Combine(name))));

    // Two files with the same devices would be as bad as none: then neither counts.
    private void AssertOldOrNew(string when)
    {
        Assert.That(Specs.Read().Count(), Is.EqualTo(1), when);
        Assert.That(State(), Is.EqualTo(Old).Or.EqualTo(New).Or.EqualTo(NewJson), when);
    }

    private async Task<(CommandResult Result, bool IsHit)> TamperedAsync(string update, string action, string call, int nth)
    {
        var log = Specs.Surroundings.Combine("calls");
        var command = Specs.Cdi(Specs.ThreeGpus, update.Split(' '));
        var result = await Command.Of(_tamper, [action, call + WhenWriting, nth.ToString(CultureInfo.InvariantCulture), log, command.Program, .. command.Arguments]).RunAsync();
        return (result, (await File.ReadAllTextAsync(log)).Contains("hit", StringComparison.Ordinal));
    }

    private async Task<string> WrittenAsync(string config, string format)
    {
        (await Specs.Cdi(config, "generate", "--format", format).RunAsync()).EnsureSuccess();
        var content = State();
        Specs.Clear();
        return content;
    }
}

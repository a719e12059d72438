using System.Text.RegularExpressions;
using GpuRuntime.Security.Tests.Containers;
using GpuRuntime.Security.Tests.Tools;

namespace GpuRuntime.Security.Tests.Rows;

/// <summary>The state directory when somebody has prepared it: what has our names and leads elsewhere, and names that could be guessed.</summary>
[TestFixture(HookVerb.Prestart)]
[TestFixture(HookVerb.Runtime)]
[Category("T26")]
public sealed partial class StateFileRows(HookVerb verb) : HookFixture(verb)
{
    // STATE is the directory, DECOY one of the machine's.
    private static readonly string[] Traps =
    [
        "ln -s DECOY STATE", "mkdir -m 700 STATE; ln -s DECOY STATE/allocations", "mkdir -p -m 700 STATE/allocations; ln -s DECOY/etc/ld.so.cache STATE/allocations/.lock",
        "mkdir -p -m 700 STATE/allocations; ln -s DECOY STATE/allocations/holders", "mkdir -m 700 STATE; ln -s DECOY STATE/files", "mkdir -m 700 STATE; ln -s DECOY STATE/links",
        "mkdir -p -m 700 STATE/allocations/holders; for unit in nvidia:0 nvidia:1; do ln -s DECOY STATE/allocations/holders/$unit; done", "mkdir -m 777 STATE", "mkdir -m 700 STATE; chown 65534 STATE",
        ": >STATE", "mkdir -m 700 STATE; mkfifo STATE/allocations", "mkdir -p -m 700 STATE/allocations; mkfifo STATE/allocations/.lock",
    ];

    [TestCaseSource(nameof(Traps))]
    public async Task What_is_in_its_place_is_not_followed_out_and_hangs_nothing(string trap)
    {
        var decoy = NewDecoy();
        var before = decoy.Content();
        await PrepareAsync(trap, decoy.FullPath);
        var bundle = await CreateBundleAsync(new HookRequest());

        var result = await RunAsync(bundle);

        Assert.That(decoy.Content(), Is.EqualTo(before));
        if (result.ExitCode != 0)
            Assert.That(HookSentence.In(result), Does.Match("GRT(1000|4003|4009)"));
    }

    // By strace: a file is made under a name that is there for nobody yet, or it is one whose name everybody has, in a directory of root's alone.
    [Test]
    public async Task No_file_is_made_under_a_name_that_could_be_guessed()
    {
        await PrepareAsync(":", "");
        var names = new List<string[]>();
        for (var run = 0; run < 2; run++)
            names.Add(await MadeAsync(Runtime("run", "--bundle", (await CreateBundleAsync(new HookRequest())).Directory, NewId()), bySelf: true));

        foreach (var made in names)
        {
            Assert.That(made, Has.Some.Contains("O_EXCL"), "nothing was made");
            Assert.That(made.Where(static call => !call.Contains("O_EXCL", StringComparison.Ordinal) && !call.Contains("\".lock\"", StringComparison.Ordinal)), Is.Empty);
        }

        Assert.That(names[0].Select(Name).Where(IsTemporary).Intersect(names[1].Select(Name)), Is.Empty);
    }

    [Test]
    [Category("Control")]
    public async Task A_runtime_that_writes_to_a_name_of_its_own_there_writes_to_the_decoy_and_is_seen()
    {
        var decoy = NewDecoy();
        var before = decoy.Content();
        await PrepareAsync(Traps[0], decoy.FullPath);
        var bundle = await CreateBundleAsync(new HookRequest { Edit = static spec => spec.Remove("hooks") });
        var runtime = Runc("run", "--bundle", bundle.Directory, NewId());

        var made = await MadeAsync(runtime with { Program = WeakProgram.Runtime(Machine.Directory, $"echo x >{Machine.StateDirectory}/gpus.tmp", "/bin/true") }, bySelf: false);

        Assert.That(decoy.Content(), Is.Not.EqualTo(before));
        Assert.That(made, Has.Some.Contains("gpus.tmp").And.None.Contains("O_EXCL"));
    }

    private async Task PrepareAsync(string trap, string decoy)
    {
        var state = Machine.StateDirectory;
        (await Command.Of("sh", "-c", $"rm -rf {state}; {trap.Replace("STATE", state, StringComparison.Ordinal).Replace("DECOY", decoy, StringComparison.Ordinal)}").RunAsync()).EnsureSuccess();
    }

    /// <param name="bySelf">Without what runc makes.</param>
    private async Task<string[]> MadeAsync(Command command, bool bySelf)
    {
        var (result, calls) = await TracedProgram.RunAsync(command, "open,openat,openat2,creat", Machine.Directory);
        result.EnsureSuccess();
        return [.. calls.Where(call => call.Contains("O_CREAT", StringComparison.Ordinal) && (!bySelf || call.StartsWith("openat2(", StringComparison.Ordinal)) && !call.Contains("\"/dev/", StringComparison.Ordinal))];
    }

    private static string Name(string call) => Quoted().Match(call).Groups[1].Value;

    private static bool IsTemporary(string name) => name.StartsWith('.') && name != ".lock";

    [GeneratedRegex("\"([^\"]*)\"", RegexOptions.CultureInvariant)]
    private static partial Regex Quoted();
}

using System.Collections.Immutable;
using System.Text.Json.Nodes;

namespace GpuRuntime.EndToEnd.Tests.Rows;

/// <summary>What a process inherits: the low-level runtime finds all of it as if the engine had started it itself.</summary>
public sealed class InheritedStateRows : BundleFixture
{
    // State that nobody has by chance. Descriptors 3 and 4 are spare ones of the shell's; 5 and 7 are meant to arrive.
    private const string Prepare = """
        set -e
        directory=$1; shift
        umask 027
        ulimit -Sn 300; ulimit -Hn 900; ulimit -Sc 0; ulimit -Ss 4096
        printf 321 >/proc/self/oom_score_adj
        printf 0x31 >/proc/self/coredump_filter
        cd "$directory"
        printf 0123456789 >read
        exec 5<read 7>>appended
        head -c 0 <&5
        export ODD="$(printf 'caf\351 \377\376\n\001=x')" EMPTY= TWICE=1
        exec nice -n 5 ionice -c 2 -n 6 taskset -c 0 chrt --batch 0 setpriv --pdeathsig CONT --inh-caps +kill --ambient-caps +kill \
            env --default-signal=PIPE --ignore-signal=HUP,USR2 --block-signal=USR1,WINCH "$@" <read >output 2>error
        """;

    private string _runtime = "";

    private string WorkingDirectory => Machine.Directory.Combine("inherited");

    private string Record => Path.Combine(WorkingDirectory, "record");

    // start and state are handed on without the managed runtime when the configuration leaves the choice of runtime to us.
    [Test]
    public async Task It_is_all_the_same_as_without_us(
        [Values("state ID", "start ID", "list", "create --bundle NONE ID", "create --bundle ONE ID", "run --bundle ALL ID")] string line,
        [Values] bool named)
    {
        string[] arguments = ["--root", Bundles.StateRoot, .. await ArgumentsAsync(line)];

        var alone = await RunAsync(Prepare, _runtime, named, arguments);
        var shim = await RunAsync(Prepare, Programs.GpuRuntime, named, arguments);

        Assert.That(shim, Is.EqualTo(alone));
        foreach (var state in (string[])["limit 7: 300 900", "oom_score_adj 321", "nice 5", "Umask:\t0027", "death signal 18"])
            Assert.That(shim, Does.Contain(state));
    }

    [Test]
    public async Task An_ignored_SIGPIPE_stays_ignored(
        [Values("state ID", "create --bundle NONE ID", "create --bundle ONE ID")] string line, [Values] bool named)
    {
        var prepare = Prepare.Replace("--default-signal=PIPE --ignore-signal=HUP,USR2", "--ignore-signal=HUP,USR2,PIPE", StringComparison.Ordinal);
        string[] arguments = ["--root", Bundles.StateRoot, .. await ArgumentsAsync(line)];

        var alone = await RunAsync(prepare, _runtime, named, arguments);
        var shim = await RunAsync(prepare, Programs.GpuRuntime, named, arguments);

        Assert.That(shim, Is.EqualTo(alone));
    }

    [Test]
    public async Task Arguments_arrive_byte_for_byte([Values("exec ID", "create --bundle ONE", "create --bundle NONE")] string line, [Values] bool named)
    {
        const string several = """
            set -- "$@" "$(printf 'not UTF-8: \377\376 \300\200 \355\240\200')" '' ' ' "$(printf 'two\nlines')" '\x41 "quoted" '"'single'" \
                "$(printf '\357\277\275')" "$(head -c 100000 /dev/zero | tr '\0' x)" "$(printf 'caf\303\251')"

            """;
        // What creates a container takes one argument behind its flags: the id.
        const string flagAndId = """
            set -- "$@" --pid-file "$(printf 'p\377\376id')" "$(printf 'id\377')"

            """;
        var odd = line.StartsWith("create", StringComparison.Ordinal) ? flagAndId : several;
        var prepare = Prepare.Replace("exec nice", odd + "exec nice", StringComparison.Ordinal);
        string[] arguments = ["--root", Bundles.StateRoot, .. await ArgumentsAsync(line)];

        var alone = await RunAsync(prepare, _runtime, named, arguments);
        var shim = await RunAsync(prepare, Programs.GpuRuntime, named, arguments);

        Assert.That(shim, Is.EqualTo(alone));
        Assert.That(shim, Does.Contain(@"\xff"));
    }

    [Test]
    public async Task The_process_stays_the_one_that_the_engine_started([Values("state ID", "create --bundle ONE ID")] string line, [Values] bool named)
    {
        var pid = Path.Combine(WorkingDirectory, "pid");
        var script = RuntimeScript.Write(Path.Combine(Machine.Directory.CreateSubdirectory("tells-its-pid"), "runc"), $"#!/bin/sh\necho $$ >{pid}\n");
        var configuration = Configuration(named, script);
        string[] arguments = ["--root", Bundles.StateRoot, .. await ArgumentsAsync(line)];

        string[] shell = ["-c", """echo $$; exec "$@" """, "sh", "env", $"PATH={SearchPath(script)}"];
        var result = await Bundles.Complete(Command.Of("sh", [.. shell, Programs.GpuRuntime, .. arguments]))
            .WithEnvironment("GPU_RUNTIME_CONFIG", configuration).RunAsync();

        Assert.That((await File.ReadAllTextAsync(pid)).Trim(), Is.EqualTo(result.EnsureSuccess().Output.Trim()));
    }

    private async Task<string> RunAsync(string prepare, string program, bool named, string[] arguments)
    {
        foreach (var left in (string[])["record", "read", "appended", "output", "error"])
            File.Delete(Path.Combine(WorkingDirectory, left));
        var result = await Bundles.Complete(Command.Of("/bin/sh", ["-c", prepare, "sh", WorkingDirectory, program, .. arguments]))
            .WithEnvironment("GPU_RUNTIME_CONFIG", Configuration(named, _runtime))
            .WithEnvironment(RecordingRuntime.Variable, Record)
            .WithEnvironment("PATH", SearchPath(_runtime)).RunAsync();
        var error = Path.Combine(WorkingDirectory, "error");
        Assert.That(result.ExitCode, Is.EqualTo(RecordingRuntime.ExitStatus), $"{result}\n{(File.Exists(error) ? await File.ReadAllTextAsync(error) : "")}");
        return await File.ReadAllTextAsync(Record);
    }

    // The shell's tools come behind the runtime.
    private static string SearchPath(string runtime) => $"{Path.GetDirectoryName(runtime)}:{Programs.SearchPath}";

    private string Configuration(bool named, string runtime) => Machine.WriteConfiguration(named ? "named.json" : "not-named.json", json =>
    {
        json.Remove("lowLevelRuntimes");
        if (named)
            json["lowLevelRuntimes"] = new JsonArray(runtime);
    });

    private async Task<ImmutableArray<string>> ArgumentsAsync(string line)
    {
        var id = NewId();
        var arguments = ImmutableArray.CreateBuilder<string>();
        foreach (var word in line.Split(' '))
        {
            arguments.Add(word switch
            {
                "ID" => id,
                "NONE" => (await CreateBundleAsync(id, null, command: ["true"])).Directory,
                "ONE" => (await CreateBundleAsync(id, "0", command: ["true"])).Directory,
                "ALL" => (await CreateBundleAsync(id, "all", BundleEngine.DefaultOptions with { Env = ["NVIDIA_DRIVER_CAPABILITIES=all"] }, "true")).Directory,
                _ => word,
            });
        }
        return arguments.ToImmutable();
    }

    private protected override async Task PrepareAsync()
    {
        await base.PrepareAsync();
        Directory.CreateDirectory(WorkingDirectory);
        _runtime = await RecordingRuntime.BuildAsync(Machine.Directory.Combine("low-level"));
    }
}

using System.Text.Json.Nodes;
using GpuRuntime.Security.Tests.Containers;

namespace GpuRuntime.Security.Tests.Rows;

/// <summary>
/// File systems that take nothing more: full, or read-only. A create is whole or has changed nothing, and no log keeps a container from its GPU. The
/// low-level runtime is a stand-in.
/// </summary>
[Category("T26")]
public sealed class FullFileSystemRows : FaultFixture
{
    private const string Full = "full";
    private const string ReadOnly = "read-only";

    // $1: what is mounted over DIR, with what was in it; $2: full or read-only; $3: DIR; then a command. Tells its status and what files with anything in them are in DIR then.
    private const string Script = """
        set -e
        options=$1 state=$2 directory=$3; shift 3
        kept=$(mktemp -d); cp -a "$directory/." "$kept"
        mount -t tmpfs -o "$options" tmpfs "$directory"
        cp -a "$kept/." "$directory"; rm -r "$kept"
        if [ "$state" = full ]; then dd if=/dev/zero of="$directory/filler" bs=4k 2>/dev/null || true; else mount -o remount,ro "$directory"; fi
        status=0; "$@" || status=$?
        echo "exit $status"
        cd "$directory"; find . -type f ! -name filler ! -empty | sort | while read -r file; do cksum "$file"; done
        """;

    [Test]
    public async Task A_bundle_that_cannot_be_written_is_left_as_it_was_and_nothing_is_held([Values(Full, ReadOnly)] string state)
    {
        Begin();
        var bundle = Bundle();
        var before = await Command.Of("sh", "-c", "cd \"$0\"; cksum ./config.json", bundle.Directory).RunAsync();

        var result = await OnAsync(bundle.Directory, state, Verb("create", "--bundle", bundle.Directory, "failed"));

        Assert.That(result.Lines, Is.EqualTo((string[])["exit 1", .. before.Lines]), result.ToString());
        Assert.That(result.Error, Does.Match(state == Full ? "^gpu-runtime: GRT[^\n]*ENOSPC[^\n]*\n$" : "^gpu-runtime: GRT[^\n]*EROFS[^\n]*\n$"));
        Assert.That(Ledger.Left(), Is.Empty);
        await AssertNothingLostAsync(Everything, state);
    }

    // Engines keep bundles, and the runtimes their states, on one tmpfs.
    [Test]
    public async Task A_directory_run_that_is_full_is_told_and_nothing_in_it_is_changed()
    {
        Begin();
        var run = Machine.Directory.CreateSubdirectory("run");
        var directory = Machine.Directory.CreateSubdirectory("run", "bundle", NewId());
        var bundle = TestHosts.Bundle.Create(directory, Directory.CreateDirectory(Path.Combine(directory, "rootfs")).FullName, BundleEngine.DefaultOptions with { Env = [$"GPU_RUNTIME_GPUS={Everything}"] });
        Directory.CreateDirectory(Path.Combine(run, "state"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var configuration = WithConfiguration(json => json["stateDirectory"] = Path.Combine(run, "state"));
        var before = await Command.Of("sh", "-c", "cd \"$0\"; cksum \"./$1\"", run, Path.GetRelativePath(run, bundle.ConfigPath)).RunAsync();

        var result = await OnAsync(run, Full, Verb("create", "--bundle", bundle.Directory, "failed").WithEnvironment("GPU_RUNTIME_CONFIG", configuration));

        Assert.That(result.Lines, Is.EqualTo((string[])["exit 1", .. before.Lines]), result.ToString());
        Assert.That(result.Error, Does.Match("^gpu-runtime: GRT[^\n]*ENOSPC[^\n]*\n$"));
    }

    [Test]
    public async Task A_log_and_an_output_that_cannot_be_written_keep_no_container_from_its_GPU([Values(Full, ReadOnly)] string state)
    {
        Begin();
        var logs = Machine.Directory.CreateSubdirectory("log");
        var configuration = WithConfiguration(json => json["log"] = new JsonObject { ["path"] = Path.Combine(logs, "gpu-runtime.log"), ["level"] = "information" });
        var bundle = Bundle();
        var create = Verb("create", "--bundle", bundle.Directory, "given").WithEnvironment("GPU_RUNTIME_CONFIG", configuration);

        var result = await OnAsync(logs, state, Mute(create));

        Assert.That(result.Lines[0], Is.EqualTo("exit 0"), result.ToString());
        Assert.That(Ledger.HeldBy("given"), Has.Length.EqualTo(2));
    }

    [Test]
    public async Task A_sentence_that_the_engine_s_log_does_not_take_is_on_standard_error()
    {
        Begin();
        var bundle = Bundle("device=7");

        var result = await Verb("--log", "/dev/full", "--log-format", "json", "create", "--bundle", bundle.Directory, "refused").RunAsync();

        Assert.That(result.ExitCode, Is.EqualTo(1));
        Assert.That(result.Error, Does.StartWith("gpu-runtime: GRT2002"));
    }

    [Test]
    public async Task A_sentence_that_nobody_can_read_is_still_a_failure_that_changed_nothing()
    {
        Begin();
        var bundle = Bundle("device=7");
        var config = await File.ReadAllTextAsync(bundle.ConfigPath);

        var result = await Mute(Verb("--log", "/dev/full", "create", "--bundle", bundle.Directory, "refused")).RunAsync();

        Assert.That(result.ExitCode, Is.EqualTo(1), result.ToString());
        Assert.That(await File.ReadAllTextAsync(bundle.ConfigPath), Is.EqualTo(config));
        Assert.That(Ledger.Left(), Is.Empty);
    }

    private static Command Mute(Command command) =>
        command with { Program = "/bin/sh", Arguments = ["-c", "exec \"$0\" \"$@\" 2>/dev/full", command.Program, .. command.Arguments] };

    private static Task<CommandResult> OnAsync(string directory, string state, Command command) => (command with
    {
        Program = "unshare",
        Arguments = ["--mount", "--propagation", "private", "sh", "-c", Script, "sh", "size=256k,mode=700", state, directory, command.Program, .. command.Arguments],
    }).RunAsync();
}

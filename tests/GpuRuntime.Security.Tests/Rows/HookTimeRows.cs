using System.Text.Json.Nodes;
using GpuRuntime.Security.Tests.Containers;

namespace GpuRuntime.Security.Tests.Rows;

/// <summary>Time: every hook that we write has a limit, which low-level runtimes keep, and a driver that hangs hangs no create.</summary>
[Category("T24")]
public sealed class HookTimeRows : HookFixture
{
    // Which the driver lists, or has, and which are read on the way of a start.
    private static readonly string[] DriverFiles = ["proc/driver/nvidia/version", "proc/driver/nvidia/params", "proc/driver/nvidia/gpus/*/information", "proc/devices", "driver/etc/ld.so.cache"];

    [Test]
    public async Task Every_hook_that_the_runtime_writes_has_a_time_limit_and_an_environment()
    {
        // The mask of the driver's parameters is for containers that could change device nodes.
        var bundle = await CreateBundleAsync(new HookRequest
        {
            Edit = static spec =>
            {
                spec.Remove("hooks");
                foreach (var set in spec["process"]!["capabilities"]!.AsObject().ToArray())
                    set.Value!.AsArray().Add("CAP_MKNOD");
            },
        });

        await (Runc("run", "--bundle", bundle.Directory, NewId()) with { Program = Shim }).RunAsync();

        AssertLimited([.. bundle.ReadConfig()["hooks"]!.AsObject().SelectMany(static stage => stage.Value!.AsArray())]);
    }

    [Test]
    public void Every_hook_of_the_hooks_directory_has_a_time_limit_and_an_environment() => AssertLimited(
        [.. Directory.GetFiles(Path.Combine(Repository.Root, "hooks"), "*.json").Select(static file => JsonNode.Parse(File.ReadAllText(file))!["hook"])]);

    // What a limit is for: runc waits as long as a hook says.
    [Test]
    [Category("Control")]
    public async Task A_hook_that_hangs_ends_with_its_limit_and_without_one_it_does_not_end([Values] bool limited)
    {
        var bundle = await CreateBundleAsync(new HookRequest
        {
            Edit = spec =>
            {
                var hook = new JsonObject { ["path"] = "/bin/sleep", ["args"] = new JsonArray("sleep", "1000"), ["env"] = new JsonArray("A=b") };
                if (limited)
                    hook["timeout"] = 1;
                spec["hooks"] = new JsonObject { ["prestart"] = new JsonArray(hook) };
            },
        });
        var create = Runc("run", "--bundle", bundle.Directory, NewId()) with { Limit = TimeSpan.FromSeconds(limited ? 30 : 4) };

        if (limited)
            Assert.That((await create.RunAsync()).Error, Does.Contain("running hook"));
        else
            Assert.That(async () => await create.RunAsync(), Throws.InstanceOf<TimeoutException>());
    }

    [Test]
    public async Task A_file_of_the_drivers_that_never_answers_hangs_no_start([ValueSource(nameof(DriverFiles))] string pattern, [Values] bool byHook)
    {
        var paths = await HangAsync(pattern);
        var bundle = await CreateBundleAsync(new HookRequest { Edit = spec => _ = byHook || spec.Remove("hooks") });
        try
        {
            var command = Runc("run", "--bundle", bundle.Directory, NewId());
            var result = await (byHook ? command : command with { Program = Shim }).RunAsync();

            if (result.ExitCode != 0)
                Assert.That(HookSentence.In(result), Does.Match("GRT[23]00"));
        }
        finally
        {
            await Command.Of("sh", "-c", """for path; do rm "$path" && mv "$path.was" "$path"; done""", "sh").With(paths).RunAsync();
        }
    }

    [Test]
    [Category("Control")]
    public async Task Whoever_just_reads_such_a_file_hangs()
    {
        var paths = await HangAsync(DriverFiles[0]);
        try
        {
            Assert.That((await Command.Of("timeout", "1", "cat", paths[0]).RunAsync()).ExitCode, Is.EqualTo(124));
        }
        finally
        {
            await Command.Of("sh", "-c", """rm "$1" && mv "$1.was" "$1" """, "sh", paths[0]).RunAsync();
        }
    }

    /// <returns>The files in whose place there are FIFOs now.</returns>
    private async Task<string[]> HangAsync(string pattern) => (await Command.Of(
        "sh", "-c", $"""for path in {Machine.Directory.Combine("host")}/{pattern}; do mv "$path" "$path.was" && mkfifo "$path" && echo "$path" || exit; done""").RunAsync()).EnsureSuccess().Lines;

    private static void AssertLimited(JsonNode?[] hooks)
    {
        Assert.That(hooks, Is.Not.Empty);
        foreach (var hook in hooks)
        {
            Assert.That((int?)hook!["timeout"], Is.InRange(1, 30), hook.ToJsonString());
            Assert.That(hook["env"]!.AsArray(), Is.Not.Empty, hook.ToJsonString());
        }
    }
}

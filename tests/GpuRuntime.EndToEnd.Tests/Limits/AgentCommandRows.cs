namespace GpuRuntime.EndToEnd.Tests.Limits;

/// <summary>The agent's command line: what it takes, and what it loads.</summary>
public sealed class AgentCommandRows() : AgentLimitFixture(EngineKind.RuncOnCgroupV2)
{
    private const string Library = "--library=/usr/lib/libnvidia-ml.so.1";

    [TestCase]
    [TestCase("limits")]
    [TestCase("limit")]
    [TestCase("limit", Library)]
    [TestCase("limit", "--gpu=0000:3b:00.0=1")]
    [TestCase("limit", "--library=libnvidia-ml.so.1", "--gpu=0000:3b:00.0=1")]
    [TestCase("limit", "--library=", "--gpu=0000:3b:00.0=1")]
    [TestCase("limit", Library, Library, "--gpu=0000:3b:00.0=1")]
    [TestCase("limit", Library, "--gpu=0000:3b:00.0=1", "--gpu=00000000:3B:00.0=2")]
    [TestCase("limit", Library, "--gpu=0000:3b:00.0")]
    [TestCase("limit", Library, "--gpu=0000:3b:00.0=")]
    [TestCase("limit", Library, "--gpu=0000:3b:00.0=0")]
    [TestCase("limit", Library, "--gpu=0000:3b:00.0=-1")]
    [TestCase("limit", Library, "--gpu=0000:3b:00.0=+1")]
    [TestCase("limit", Library, "--gpu=0000:3b:00.0=2GB")]
    [TestCase("limit", Library, "--gpu=0000:3b:00.0=18446744073709551615")]
    [TestCase("limit", Library, "--gpu=0000:3b:00.0=18446744073709551616")]
    [TestCase("limit", Library, "--gpu=GPU-8f2c=1")]
    [TestCase("limit", Library, "--gpu=0000:3b:00.0=1", "--soft=1")]
    [TestCase("limit", Library, "--gpu=0000:3b:00.0=1", "more")]
    [TestCase("limit", "--help")]
    public async Task Arguments_that_are_not_exactly_these_fail_with_the_usage(params string[] arguments)
    {
        var result = await Command.Of(Programs.GpuRuntimeAgent, arguments).RunAsync();

        Assert.That((result.ExitCode, result.Output), Is.EqualTo((2, "")));
        Assert.That(result.Error, Does.Contain("usage: gpu-runtime-agent limit --library=PATH --gpu=ADDRESS=BYTES"));
    }

    [Test]
    public async Task Its_version_is_the_runtimes()
    {
        var agent = await Command.Of(Programs.GpuRuntimeAgent, "--version").RunAsync();
        var runtime = await Command.Of(Programs.GpuRuntime, "--version").RunAsync();

        Assert.That(agent.EnsureSuccess().Output.Trim(), Is.EqualTo(runtime.EnsureSuccess().Lines[0].Replace("gpu-runtime ", "gpu-runtime-agent ", StringComparison.Ordinal)));
    }

    [TestCase("")]
    [TestCase("{}")]
    [TestCase("not JSON")]
    public async Task What_is_no_state_is_told(string text)
    {
        var state = Machine.Directory.Combine("no-state");
        await File.WriteAllTextAsync(state, text);

        AssertRefused(await RunAgentAsync(state, LibraryOption, Option()), "GRT4006", "standard input");
    }

    [Test]
    public async Task A_container_that_is_gone_is_told()
    {
        var (id, state) = await CreateContainerAsync();
        (await Runc("--root", Bundles.StateRoot, "delete", "--force", id).RunAsync()).EnsureSuccess();

        AssertRefused(await RunAgentAsync(state, LibraryOption, Option()), "GRT4007", "is gone");
    }

    [TestCase("chmod", "g+w")]
    [TestCase("chmod", "o+w")]
    [TestCase("chown", "1234")]
    public async Task A_library_that_others_could_have_written_is_not_loaded_with_a_stand_in_libnvidia_ml(string program, string change)
    {
        var other = await StandInNvml.CompileAsync(Machine.Directory.Combine($"other-{Guid.NewGuid():N}"));
        (await Command.Of(program, change, other.Library).RunAsync()).EnsureSuccess();
        var (_, state) = await CreateContainerAsync();

        AssertRefused(await RunAgentAsync(state, $"--library={other.Library}", Option()), "GRT4005", other.Library, "root's");
        Assert.That(other.Record, Is.Empty);
    }

    [Test]
    public async Task What_is_no_library_is_told()
    {
        var (_, state) = await CreateContainerAsync();
        var text = Machine.Directory.Combine("text.so");
        await File.WriteAllTextAsync(text, "not ELF\n");
        File.SetUnixFileMode(text, UnixFileMode.UserRead);

        AssertRefused(await RunAgentAsync(state, "--library=/nowhere/libnvidia-ml.so.1", Option()), "GRT4005", "/nowhere/libnvidia-ml.so.1", "ENOENT");
        AssertRefused(await RunAgentAsync(state, "--library=/dev/null", Option()), "GRT4005", "not a regular file");
        AssertRefused(await RunAgentAsync(state, $"--library={text}", Option()), "GRT4005", text, "is no shared library");
    }
}

using GpuRuntime.EndToEnd.Tests.Rows;

namespace GpuRuntime.EndToEnd.Tests.DockerPlugin;

/// <summary>docker gpu ls and docker gpu check: the admin commands under Docker's names. No daemon is needed.</summary>
public sealed class DockerGpuAdminRows
{
    private AdminScene? _scene;

    private AdminScene Scene => _scene!;

    [OneTimeSetUp]
    public void CreateScene()
    {
        _scene = AdminScene.Create();
        File.CreateSymbolicLink(Plugin, Programs.GpuRuntime);
    }

    [OneTimeTearDown]
    public async Task DeleteSceneAsync() => await Scene.DisposeAsync();

    [TestCase("ls", "devices")]
    [TestCase("ls", "devices", "--format", "json")]
    [TestCase("check", "check")]
    public async Task The_answer_is_that_of_the_admin_command(string command, string verb, params string[] options)
    {
        var own = await Scene.GpuRuntime([verb, .. options, "--config", Scene.Machine.ConfigPath]).RunAsync();

        var docker = await AsPlugin("gpu", [command, .. options, "--config", Scene.Machine.ConfigPath]).RunAsync();

        Assert.That(own.Output, Does.Contain("GPU-").Or.Contain("ok  "));
        Assert.That((docker.ExitCode, docker.Output, docker.Error), Is.EqualTo((own.ExitCode, own.Output, own.Error)));
    }

    [TestCase("ls", "--refresh")]
    [TestCase("check", "--config")]
    public async Task Each_has_help_with_the_options_of_its_own(string command, string option)
    {
        var result = await AsPlugin("gpu", [command, "--help"]).RunAsync();

        Assert.That(result.EnsureSuccess().Output, Does.Contain($"docker-gpu {command}").And.Contain(option));
    }

    [Test]
    public async Task An_option_that_there_is_not_is_refused()
    {
        var result = await AsPlugin("gpu", ["ls", "--no-such-option"]).RunAsync();

        Assert.That(result.ExitCode, Is.EqualTo(1), result.ToString());
        Assert.That(result.Error, Does.Contain("--no-such-option"));
    }

    private string Plugin => Path.Combine(Scene.ProgramDirectory, "docker-gpu");

    private Command AsPlugin(string name, string[] arguments)
    {
        var command = Scene.GpuRuntime([name, .. arguments]);
        return command with { Arguments = [.. command.Arguments.Select(argument => argument == Programs.GpuRuntime ? Plugin : argument)] };
    }
}

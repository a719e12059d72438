using GpuRuntime.Core.DockerCommand;
using GpuRuntime.Core.Errors;

namespace GpuRuntime.Core.Tests.DockerCommand;

/// <summary>How docker calls its plugins: with its own flags, the plugin's name, the command.</summary>
public sealed class PluginCommandLineTests
{
    [TestCase("", "gpu", "run")]
    [TestCase("", "run")]
    [TestCase("--host unix:///d.sock", "--host", "unix:///d.sock", "gpu", "run")]
    [TestCase("-H unix:///d.sock -D", "-H", "unix:///d.sock", "-D", "gpu", "run")]
    [TestCase("-Hunix:///d.sock", "-Hunix:///d.sock", "gpu", "run")]
    [TestCase("--context=far -l debug", "--context=far", "-l", "debug", "gpu", "run")]
    [TestCase("--config /c --tls --tlsverify --tlscacert a --tlscert b --tlskey k", "--config", "/c", "--tls", "--tlsverify", "--tlscacert", "a", "--tlscert", "b", "--tlskey", "k", "gpu", "run")]
    [TestCase("-c far --debug", "-c", "far", "gpu", "--debug", "run")]
    [TestCase("-c gpu", "-c", "gpu", "gpu", "run")]
    public void Dockers_own_flags_go_on_to_the_docker_that_runs(string globals, params string[] arguments)
    {
        var line = PluginCommandLine.Parse(arguments);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(line.Command, Is.EqualTo("run"));
            Assert.That(line.Rest, Is.EqualTo(arguments.Length));
            Assert.That(string.Join(' ', line.GlobalFlags.Select(static flag => flag.Text)), Is.EqualTo(globals));
            Assert.That(DockerCommands.Today([.. arguments, "--gpus", "0,1", "image"]), Is.EqualTo([.. line.GlobalFlags.Select(static flag => flag.Text), "run", "--gpus", "\"device=0,1\"", "image"]));
        }
    }

    [TestCase(null, "gpu")]
    [TestCase(null)]
    [TestCase("gpu", "gpu", "gpu")]
    [TestCase("ls", "gpu", "ls", "--format", "json")]
    [TestCase("docker-cli-plugin-metadata", "docker-cli-plugin-metadata")]
    public void The_command_is_the_first_word_behind_the_plugins_name(string? command, params string[] arguments) =>
        Assert.That(PluginCommandLine.Parse(arguments).Command, Is.EqualTo(command));

    [TestCase("gpu", "--help")]
    [TestCase("gpu", "-h")]
    [TestCase("help", "gpu")]
    [TestCase("gpu", "help")]
    [TestCase("gpu", "--help", "run")]
    public void Help_is_asked_for_as_of_any_plugin(params string[] arguments) => Assert.That(PluginCommandLine.Parse(arguments).AsksHelp, Is.True);

    [Test]
    public void A_flag_that_is_not_dockers_in_front_of_the_command_is_refused() =>
        Assert.That(Refusal.Of(ErrorCode.DockerArgumentsInvalid, () => PluginCommandLine.Parse(["gpu", "--gpus", "all", "run"])), Does.Contain("\"--gpus\""));
}

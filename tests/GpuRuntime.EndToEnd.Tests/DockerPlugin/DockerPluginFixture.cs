using System.Collections.Immutable;
using GpuRuntime.EndToEnd.Tests.Prestart;

namespace GpuRuntime.EndToEnd.Tests.DockerPlugin;

/// <summary>Docker as an administrator sets it up with us: the hook on dockerd's PATH, the runtime registered, the plugin in one of docker's directories.</summary>
public abstract class DockerPluginFixture(EngineKind kind) : DockerHookFixture(kind)
{
    private protected const string LinkName = "docker-gpu";

    private string ClientDirectory => Machine.Directory.Combine("docker-client");

    /// <summary>The plugin by its own name.</summary>
    private protected string Plugin => Path.Combine(ClientDirectory, "cli-plugins", LinkName);

    /// <summary>A program that talks to the fixture's dockerd, which it finds as a user's shell would say it.</summary>
    private protected Command AsUser(string program, params ReadOnlySpan<string> arguments) => Command.Of(program, arguments)
        .WithEnvironment(Machine.Environment)
        .WithEnvironment("PATH", Programs.SearchPath)
        .WithEnvironment("DOCKER_HOST", $"unix://{Machine.Directory.Combine("docker.sock")}")
        .WithEnvironment("DOCKER_CONFIG", ClientDirectory);

    /// <summary>docker gpu, with the arguments behind it.</summary>
    private protected Task<CommandResult> GpuAsync(params ReadOnlySpan<string> arguments) => Docker.DockerAsync(["gpu", .. arguments]);

    private protected override EngineSettings Configure(EngineSettings settings)
    {
        Machine.Directory.CreateSubdirectory("docker-client", "cli-plugins");
        File.CreateSymbolicLink(Plugin, Programs.GpuRuntime);
        return base.Configure(settings);
    }

    private protected override ImmutableDictionary<string, string> Runtimes() =>
        ImmutableDictionary<string, string>.Empty.Add(RuntimeNames.GpuRuntime, Programs.GpuRuntime);
}

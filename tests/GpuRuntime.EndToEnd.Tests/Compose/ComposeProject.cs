using GpuRuntime.EndToEnd.Tests.UserGuide;

namespace GpuRuntime.EndToEnd.Tests.Compose;

/// <summary>A Compose file that is brought up, and what its services found. Its containers go with the engine.</summary>
/// <param name="composeAsync">Runs Compose with arguments.</param>
internal sealed class ComposeProject(PrivateDockerd docker, Func<string[], Task<CommandResult>> composeAsync, string file)
{
    private readonly string _name = $"p{Guid.NewGuid():N}";

    public Task<CommandResult> UpAsync() => composeAsync(["--file", file, "--project-name", _name, "up", "--detach"]);

    /// <summary>What the service's container reported, once it has ended.</summary>
    public async Task<GuideReport> ReportAsync(string service)
    {
        var id = (await docker.DockerAsync(
            "ps", "--all", "--quiet", "--filter", $"label=com.docker.compose.project={_name}", "--filter", $"label=com.docker.compose.service={service}")).EnsureSuccess().Output.Trim();
        (await docker.DockerAsync("wait", id)).EnsureSuccess();
        return new GuideReport((await docker.DockerAsync("logs", id)).EnsureSuccess().Lines);
    }
}

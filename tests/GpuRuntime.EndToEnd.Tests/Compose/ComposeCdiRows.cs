using GpuRuntime.EndToEnd.Tests.Cdi;
using GpuRuntime.EndToEnd.Tests.Vendors;

namespace GpuRuntime.EndToEnd.Tests.Compose;

/// <summary>The Compose file that names GPUs of several vendors as CDI devices.</summary>
[TestFixture(EngineKind.Docker26)]
[TestFixture(EngineKind.Docker28)]
public sealed class ComposeCdiRows(EngineKind kind) : GeneratedSpecFixture(kind, VendorHosts.ThreeVendors)
{
    private const string Project = "cdi";

    private PrivateDockerd Docker => (PrivateDockerd)Engine;

    [Test]
    public async Task Each_service_has_the_GPUs_that_it_names()
    {
        var file = Path.Combine(Machine.Directory.FullPath, "cdi.yaml");
        var command = string.Join(", ", ((string[])["sh", "-c", Report.Replace("$", "$$", StringComparison.Ordinal)]).Select(static word => $"\"{word.Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal)}\""));
        await File.WriteAllTextAsync(file, ComposeFiles.OfRepository("cdi.yaml").Replace("    image: IMAGE\n", $"    image: {Busybox.Reference}\n    network_mode: none\n    command: [{command}]\n", StringComparison.Ordinal));

        (await Docker.DockerAsync("compose", "--file", file, "--project-name", Project, "up", "--detach", "--pull", "never")).EnsureSuccess();

        AssertExactly(await ReportOfAsync("first"), Gpus.Named("amd:0"));
        AssertExactly(await ReportOfAsync("second"), Gpus.Named("nvidia:1", "intel:0"));
    }

    private async Task<CommandResult> ReportOfAsync(string service)
    {
        (await Docker.DockerAsync("wait", $"{Project}-{service}-1")).EnsureSuccess();
        return await Docker.DockerAsync("logs", $"{Project}-{service}-1");
    }
}

using System.Text.Json.Nodes;

namespace GpuRuntime.EndToEnd.Tests.Cdi;

/// <summary>The Dockers of later suites are what the rows take them for, and see specifications as they come.</summary>
[TestFixture(EngineKind.Docker26, "26.1.", "1")]
[TestFixture(EngineKind.Docker28, "28.", "2")]
public sealed class CdiDockerRows(EngineKind kind, string version, string cgroups) : CdiFixture(kind)
{
    private PrivateDockerd Docker => (PrivateDockerd)Engine;

    [Test]
    public async Task The_daemon_is_of_the_version_and_on_the_cgroups_that_the_rows_name()
    {
        var told = (await Docker.DockerAsync("info", "--format", "{{.ServerVersion}} {{.CgroupVersion}}")).EnsureSuccess().Output.Trim().Split(' ');

        Assert.That(told[0], Does.StartWith(version));
        Assert.That(told[1], Is.EqualTo(cgroups));
    }

    [Test]
    public async Task A_specification_written_while_the_daemon_runs_counts_and_the_one_in_run_before_the_one_in_etc()
    {
        await WriteAsync(Cdi.Etc, "etc");
        Assert.That(await SeenAsync("etc"), Is.EqualTo("etc"));

        await WriteAsync(Cdi.Run, "run");
        Assert.That(await SeenAsync("run"), Is.EqualTo("run"));
    }

    // The daemon is told of new files by inotify, a moment later.
    private async Task<string> SeenAsync(string wanted)
    {
        for (var attempt = 0; ; attempt++)
        {
            var result = await Engine.RunAsync(WithDevices(Busybox, ["vendor.example/late=one"], "sh", "-c", "echo $WRITTEN_IN"));
            if (attempt == 20 || result.Output.Trim() == wanted)
                return result.EnsureSuccess().Output.Trim();
            await Task.Delay(100);
        }
    }

    private static async Task WriteAsync(string directory, string value)
    {
        var specification = new JsonObject
        {
            ["cdiVersion"] = "0.5.0",
            ["kind"] = "vendor.example/late",
            ["devices"] = new JsonArray(new JsonObject
            {
                ["name"] = "one",
                ["containerEdits"] = new JsonObject { ["env"] = new JsonArray($"WRITTEN_IN={value}") },
            }),
        };
        var written = Path.Combine(directory, "late.tmp");
        await File.WriteAllTextAsync(written, specification.ToJsonString());
        File.Move(written, Path.Combine(directory, "late.json"));
    }
}

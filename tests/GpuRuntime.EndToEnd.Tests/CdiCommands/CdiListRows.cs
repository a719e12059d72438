using System.Text.Json.Nodes;

namespace GpuRuntime.EndToEnd.Tests.CdiCommands;

/// <summary>gpu-runtime cdi list: every device, the file that decides, and what does not count.</summary>
public sealed class CdiListRows
{
    [Test]
    public async Task Every_device_is_listed_with_the_file_that_decides()
    {
        await using var host = new CdiHost();
        var first = CdiHost.Write(host.Static, "vendor.yaml", CdiHost.Yaml("0", "1"));
        var second = CdiHost.Write(host.Generated, "vendor.json", """{"cdiVersion":"0.6.0","kind":"example.com/gpu","devices":[{"name":"1","containerEdits":{"env":["A=b"]}}]}""");

        var table = (await host.GpuRuntime("cdi", "list").RunAsync()).EnsureSuccess();
        var json = (await host.GpuRuntime("cdi", "list", "--format", "json").RunAsync()).EnsureSuccess();

        Assert.That(table.Lines.Select(line => string.Join(' ', line.Split(' ', StringSplitOptions.RemoveEmptyEntries))), Is.EqualTo((string[])
        [
            "NAME FILE", $"example.com/gpu=0 {first}", $"example.com/gpu=1 {second}",
        ]));
        Assert.That(table.Error + json.Error, Is.Empty);
        var expected = new JsonArray(
            new JsonObject { ["name"] = "example.com/gpu=0", ["kind"] = "example.com/gpu", ["device"] = "0", ["file"] = first, ["cdiVersion"] = "0.5.0" },
            new JsonObject { ["name"] = "example.com/gpu=1", ["kind"] = "example.com/gpu", ["device"] = "1", ["file"] = second, ["cdiVersion"] = "0.6.0" });
        Assert.That(JsonNode.DeepEquals(JsonNode.Parse(json.Output), expected), json.ToString());
    }

    [Test]
    public async Task What_does_not_count_is_told_on_stderr_and_harms_nothing_else()
    {
        await using var host = new CdiHost();
        var good = CdiHost.Write(host.Static, "good.yaml", CdiHost.Yaml("0", "both"));
        var twin = CdiHost.Write(host.Static, "twin.yaml", CdiHost.Yaml("both"));
        var broken = CdiHost.Write(host.Static, "broken.yaml", CdiHost.Yaml("2") + "  colour: red\u001b[31m\n");
        var writable = CdiHost.Write(host.Generated, "writable.yaml", CdiHost.Yaml("3"));
        File.SetUnixFileMode(writable, File.GetUnixFileMode(writable) | UnixFileMode.OtherWrite);

        var result = (await host.GpuRuntime("cdi", "list").RunAsync()).EnsureSuccess();

        Assert.That(result.Lines, Has.Length.EqualTo(2).And.Some.Contains(good));
        Assert.That(result.Error.TrimEnd('\n').Split('\n'), Is.EqualTo((string[])
        [
            $"not counted: The CDI specification {broken}, line 8, has the character U+001B, which YAML must not have but as an escape.",
            $"not counted: The CDI specification {writable} is not root's, or others may write to it: chown root it, and chmod go-w.",
            $"not counted: the CDI device example.com/gpu=both is defined by {good} and {twin}, of which neither wins: remove one of them.",
        ]));
    }

    [Test]
    public async Task A_host_without_specifications_is_said_to_have_none()
    {
        await using var host = new CdiHost();

        var result = (await host.GpuRuntime("cdi", "list").RunAsync()).EnsureSuccess();

        Assert.That(result.Output, Is.EqualTo($"No CDI specification in {host.Static}, {host.Generated} defines a device.\n"));
        Assert.That((await host.GpuRuntime("cdi", "list", "--format", "json").RunAsync()).EnsureSuccess().Output, Is.EqualTo("[]\n"));
    }

    /// <summary>Root of the host has another number there, and its specifications count all the same; another user's do not.</summary>
    [Test]
    public async Task In_the_user_namespace_of_a_rootless_engine_the_hosts_specifications_count()
    {
        const string user = "65534";
        await using var host = new CdiHost();
        CdiHost.Write(host.Static, "root.yaml", CdiHost.Yaml("roots"));
        var own = CdiHost.Write(host.Static, "own.yaml", CdiHost.Yaml("own"));
        (await Command.Of("chown", user, own).RunAsync()).EnsureSuccess();
        var asUser = Command.Of("setpriv", "--reuid", user, "--regid", user, "--clear-groups", "unshare", "--user", "--map-root-user");
        if ((await asUser.With("true").RunAsync()).ExitCode != 0)
            Assert.Ignore("this machine lets no user but root make user namespaces");

        var result = (await asUser.With(host.CopyOfGpuRuntime(), "cdi", "list", "--config", host.Configuration).RunAsync()).EnsureSuccess();

        Assert.That(result.Lines[1..].Select(line => line.Split(' ')[0]), Is.EqualTo(["example.com/gpu=own", "example.com/gpu=roots"]), result.ToString());
    }
}

using System.Text.Json.Nodes;
using GpuRuntime.Security.Tests.Containers;
using GpuRuntime.Security.Tests.Specifications;

namespace GpuRuntime.Security.Tests.Rows;

/// <summary>A container start by our runtime that needs a specification, from a directory in which others have put what they like.</summary>
[Category("T21")]
public sealed class SpecStartRows : HookFixture
{
    private string _directory = "";

    [Test]
    public async Task Odd_files_hang_no_start_and_keep_no_device_of_another_away()
    {
        var good = Prepare();
        foreach (var (oddity, index) in SpecOddities.All.Select(static (oddity, index) => (oddity, index)))
            await oddity.MakeAsync(Path.Combine(_directory, $"{index}-{oddity.File}"), good, Machine.Directory.Combine($"elsewhere-{index}"));

        var started = await StartAsync("example.com/gpu=0");
        var missing = await StartAsync("example.com/gpu=none");

        Assert.That(started.EnsureSuccess().Lines, Does.Contain("FROM=good"));
        Assert.That(missing.ExitCode, Is.Not.Zero);
        Assert.That(missing.Error, Does.Contain("GRT5004").And.Contain("example.com/gpu=none").And.Contain("not counted"));
    }

    [Test]
    [Category("Control")]
    public async Task The_same_specification_gives_its_device_where_only_root_can_write()
    {
        Prepare();

        Assert.That((await StartAsync("example.com/gpu=0")).EnsureSuccess().Lines, Does.Contain("FROM=good"));
    }

    [TestCase("chmod 777 DIR")]
    [TestCase("chown 65534 DIR")]
    [TestCase("chmod 666 DIR/good.json")]
    [TestCase("chown 65534 DIR/good.json")]
    [TestCase("mv DIR/good.json DIR/../good.json; chown 65534 DIR/../good.json; ln -s ../good.json DIR/good.json")]
    public async Task What_others_may_write_to_gives_no_container_a_device_and_is_named(string script)
    {
        Prepare();
        (await Command.Of("sh", "-c", script.Replace("DIR", _directory, StringComparison.Ordinal)).RunAsync()).EnsureSuccess();

        var result = await StartAsync("example.com/gpu=0");

        Assert.That(result.ExitCode, Is.Not.Zero);
        Assert.That(result.Error, Does.Contain("GRT5004").And.Contain(_directory).And.Contain("chmod go-w"));
    }

    private string Prepare()
    {
        _directory = Machine.Directory.CreateSubdirectory("specs", Guid.NewGuid().ToString("N"));
        File.SetUnixFileMode(_directory, (UnixFileMode)Convert.ToInt32("755", 8));
        var good = Path.Combine(_directory, "good.json");
        File.WriteAllText(good, """{"cdiVersion":"0.5.0","kind":"example.com/gpu","devices":[{"name":"0","containerEdits":{"env":["FROM=good"]}}]}""");
        File.SetUnixFileMode(good, (UnixFileMode)Convert.ToInt32("644", 8));
        return good;
    }

    private async Task<CommandResult> StartAsync(string device)
    {
        var config = Machine.WriteConfiguration("with-specs.json", json => json["cdi"] = new JsonObject { ["specDirs"] = new JsonArray(_directory) });
        var bundle = await CreateBundleAsync(HookRequest.Of(HookImage.Busybox, "env") with { Devices = device, Edit = static spec => spec.Remove("hooks") });
        return await (Bundles.Runtime(RuntimeNames.GpuRuntime, "run", "--bundle", bundle.Directory, NewId()).WithEnvironment("GPU_RUNTIME_CONFIG", config) with { Limit = TimeSpan.FromSeconds(20) }).RunAsync();
    }
}

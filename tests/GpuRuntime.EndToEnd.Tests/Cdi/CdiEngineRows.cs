using System.Text.Json.Nodes;
using GpuRuntime.EndToEnd.Tests.Rows;

namespace GpuRuntime.EndToEnd.Tests.Cdi;

/// <summary>What the author of a CDI specification sees in the container, on every engine that knows CDI: the ground that the rows of generated ones stand on.</summary>
[TestFixtureSource(typeof(EngineKinds), nameof(EngineKinds.WithCdi))]
public sealed class CdiEngineRows(EngineKind kind) : CdiFixture(kind)
{
    private const string Things = "vendor.example/thing";

    private string Record => Machine.Directory.Combine("hook-record");

    [Test]
    public async Task A_device_brings_its_node_variable_and_mount()
    {
        var result = await Engine.RunAsync(WithDevices(Busybox, [Things + "=first"], "sh", "-c", "/bin/opendev /dev/first /dev/second; echo THING=$THING COMMON=$COMMON; cat /given"));

        Assert.That(result.EnsureSuccess().Lines, Is.EqualTo((string[])[$"/dev/first: {Probe.Allowed}", $"/dev/second: {Probe.Absent}", "THING=first COMMON=yes", "given"]));
    }

    [Test]
    public async Task Two_devices_bring_both_nodes()
    {
        var result = await Engine.RunAsync(WithDevices(Busybox, [Things + "=first", Things + "=second"], [.. Probe.Open("/dev/first", "/dev/second")]));

        Probe.AssertAllOpen(result, "/dev/first", "/dev/second");
    }

    [Test]
    public async Task A_createRuntime_hook_runs_once_for_each_container()
    {
        File.Delete(Record);

        (await Engine.RunAsync(WithDevices(Busybox, [Things + "=first"], "true"))).EnsureSuccess();

        Assert.That(await File.ReadAllLinesAsync(Record), Is.EqualTo((string[])["hook yes"]));
    }

    [Test]
    public async Task A_node_that_no_device_brought_does_not_open()
    {
        var result = await Engine.RunAsync(WithDevices(Busybox, [Things + "=first"], "sh", "-c", "mknod /made c 195 7 && exec /bin/opendev /made /dev/first").WithOptions("--cap-add", "MKNOD"));

        Assert.Multiple(() =>
        {
            Assert.That(Probe.Results(result).GetValueOrDefault("/made"), Is.EqualTo(Probe.Denied), result.ToString());
            Assert.That(Probe.Results(result).GetValueOrDefault("/dev/first"), Is.EqualTo(Probe.Allowed), result.ToString());
        });
    }

    [Test]
    public async Task A_device_that_no_specification_defines_fails_the_start_and_is_named()
    {
        var result = await Engine.RunAsync(WithDevices(Busybox, [Things + "=third"], "true"));

        Assert.That(result.ExitCode, Is.Not.Zero, result.ToString());
        Assert.That(result.Error, Does.Contain(Things + "=third"));
    }

    [Test]
    public async Task A_container_without_devices_gets_nothing()
    {
        var result = await Engine.RunAsync(WithDevices(Busybox, [], "sh", "-c", "ls /dev/first /given; echo THING=$THING"));

        Assert.That(result.Lines, Is.EqualTo((string[])["THING="]));
    }

    private protected override async Task PrepareAsync()
    {
        await base.PrepareAsync();
        var given = Machine.Directory.Combine("given");
        await File.WriteAllTextAsync(given, "given\n");
        var specification = new JsonObject
        {
            ["cdiVersion"] = "0.5.0",
            ["kind"] = Things,
            ["devices"] = new JsonArray(Device("first", 0), Device("second", 1)),
            ["containerEdits"] = new JsonObject
            {
                ["env"] = new JsonArray("COMMON=yes"),
                ["mounts"] = new JsonArray(new JsonObject { ["hostPath"] = given, ["containerPath"] = "/given", ["options"] = new JsonArray("ro", "nosuid", "nodev", "bind") }),
                ["hooks"] = new JsonArray(new JsonObject
                {
                    ["hookName"] = "createRuntime",
                    ["path"] = RecordingHook(),
                    ["args"] = new JsonArray("recording-hook", "hook"),
                    ["env"] = new JsonArray("COMMON=yes"),
                }),
            },
        };
        await File.WriteAllTextAsync(Path.Combine(Cdi.Etc, "vendor.json"), specification.ToJsonString());
    }

    private JsonObject Device(string name, int index) => new()
    {
        ["name"] = name,
        ["containerEdits"] = new JsonObject
        {
            ["env"] = new JsonArray($"THING={name}"),
            ["deviceNodes"] = new JsonArray(new JsonObject { ["path"] = "/dev/" + name, ["hostPath"] = Path.Combine(Machine.DevRoot, $"nvidia{Host.Gpus[index].Minor}"), ["permissions"] = "rw" }),
        },
    };

    // Of a shell that is in every root: the engines' own roots have none.
    private string RecordingHook()
    {
        var busybox = Machine.Directory.Combine("busybox");
        File.Copy(Path.Combine(Busybox.RootfsDirectory, "bin", "busybox"), busybox);
        return RuntimeScript.Write(Machine.Directory.Combine("recording-hook"), $"#!{busybox} sh\necho $1 $COMMON >>{Record}\n");
    }
}

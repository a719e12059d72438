using System.Text.Json.Nodes;
using GpuRuntime.EndToEnd.Tests.Rows;

namespace GpuRuntime.EndToEnd.Tests.Cdi;

/// <summary>A device of anybody's specification, asked of our runtime in each of the ways that there are, on the machine's own engines.</summary>
[TestFixture(EngineKind.DockerOnCgroupV1)]
[TestFixture(EngineKind.DockerOnCgroupV2)]
[TestFixture(EngineKind.Podman)]
[TestFixture(EngineKind.Containerd)]
public sealed class CdiRequestRows(EngineKind kind) : EngineFixture(kind)
{
    private const string Thing = "vendor.example/thing=one";

    private TestImage? _busybox;

    private string ThingNode => Path.Combine(Machine.DevRoot, $"nvidia{Host.Gpus[7].Minor}");

    [TestCase("NVIDIA_VISIBLE_DEVICES", Thing)]
    [TestCase("AMD_VISIBLE_DEVICES", Thing)]
    [TestCase("INTEL_VISIBLE_DEVICES", Thing)]
    [TestCase("GPU_RUNTIME_GPUS", Thing)]
    [TestCase("GPU_RUNTIME_GPUS", "device=" + Thing)]
    public async Task A_device_by_its_qualified_name_brings_what_its_specification_says(string variable, string value)
    {
        var result = await Engine.RunAsync(ContainerRequest.Of(_busybox!, "sh", "-c", "/bin/opendev /dev/thing; echo THING=$THING; cat /given").With(variable, value));

        Assert.That(result.EnsureSuccess().Lines, Is.EqualTo((string[])[$"/dev/thing: {Probe.Allowed}", "THING=one", "given"]));
    }

    [TestCase("NVIDIA_VISIBLE_DEVICES", "2," + Thing)]
    [TestCase("NVIDIA_VISIBLE_DEVICES", "nvidia.com/gpu=2," + Thing)]
    [TestCase("GPU_RUNTIME_GPUS", "device=nvidia:2," + Thing)]
    public async Task A_GPU_beside_it_comes_along(string variable, string value)
    {
        var result = await Engine.RunAsync(ContainerRequest.Of(_busybox!, [.. Probe.Open(["/dev/thing", .. HostNodes.OfGpus(Host, 2)])]).With(variable, value));

        Probe.AssertAllOpen(result, ["/dev/thing", .. HostNodes.OfGpus(Host, 2)]);
    }

    [Test]
    public async Task A_GPU_by_its_CDI_name_needs_no_specification()
    {
        var result = await Engine.RunAsync(ContainerRequest.Of(_busybox!, Probe.ListNodes.AsSpan()).With("NVIDIA_VISIBLE_DEVICES", "nvidia.com/gpu=0,nvidia.com/gpu=" + Host.Gpus[3].Uuid));

        Assert.That(result.EnsureSuccess().Lines, Is.EquivalentTo([.. HostNodes.OfGpus(Host, 0, 3), .. HostNodes.ForCompute]));
    }

    [Test]
    public async Task A_device_that_nothing_defines_fails_the_start_and_the_engine_shows_what_there_is()
    {
        var result = await Engine.RunAsync(ContainerRequest.Of(_busybox!, "true").With("NVIDIA_VISIBLE_DEVICES", "vendor.example/thing=two"));

        Assert.That(result.ExitCode, Is.Not.Zero);
        Assert.That(ErrorLine.In(result.Output + result.Error), Does.Contain("GRT5004").And.Contain("vendor.example/thing=two").And.Contain(Thing));
    }

    private protected override async Task PrepareAsync()
    {
        _busybox = await ImportedAsync(TestImage.Busybox(Machine.Directory));
        var given = Machine.Directory.Combine("given");
        await File.WriteAllTextAsync(given, "given\n");
        SpecDirectories.Write(SpecDirectories.For(Machine).Low, "thing.json", Thing, new JsonObject
        {
            ["env"] = new JsonArray("THING=one"),
            ["deviceNodes"] = new JsonArray(new JsonObject { ["path"] = "/dev/thing", ["hostPath"] = ThingNode }),
            ["mounts"] = new JsonArray(new JsonObject { ["hostPath"] = given, ["containerPath"] = "/given", ["options"] = new JsonArray("ro", "nosuid", "nodev", "bind") }),
        });
    }
}

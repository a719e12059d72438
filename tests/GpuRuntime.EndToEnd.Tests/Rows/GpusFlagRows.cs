using System.Text.Json.Nodes;

namespace GpuRuntime.EndToEnd.Tests.Rows;

/// <summary>docker run --gpus: Docker adds the hook that it found on dockerd's PATH, and gpu-runtime does the hook's work itself.</summary>
public sealed class GpusFlagRows : DockerFixture
{
    private TestImage? _busybox;

    [TestCase("all", 0, 1, 2, 3, 4, 5, 6, 7)]
    [TestCase("2", 0, 1)]
    [TestCase("\"device=0,2\",\"capabilities=utility,compute\"", 0, 2)]
    [TestCase("device=3", 3)]
    public async Task The_flag_gives_exactly_its_GPUs(string flag, params int[] indexes)
    {
        var result = await Docker.RunAsync(ContainerRequest.Of(_busybox!, Probe.ListNodes.AsSpan()).WithOptions("--gpus", flag));

        Assert.That(result.EnsureSuccess().Lines, Is.EquivalentTo([.. HostNodes.OfGpus(Host, indexes), .. HostNodes.ForCompute]));
    }

    [Test]
    public async Task A_UUID_in_the_flag_gives_its_GPU()
    {
        var result = await Docker.RunAsync(ContainerRequest.Of(_busybox!, Probe.ListNodes.AsSpan()).WithOptions("--gpus", $"device={Host.Gpus[2].Uuid}"));

        Assert.That(result.EnsureSuccess().Lines, Does.Contain(HostNodes.OfGpus(Host, 2).Single()).And.Not.Contain(HostNodes.OfGpus(Host, 0).Single()));
    }

    [Test]
    public async Task Every_GPU_of_the_flag_opens()
    {
        var nodes = HostNodes.OfAllGpus(Host).ToArray();

        var result = await Docker.RunAsync(ContainerRequest.Of(_busybox!, Probe.Open(nodes).AsSpan()).WithOptions("--gpus", "all"));

        Probe.AssertAllOpen(result, nodes);
    }

    [Test]
    public async Task The_flag_wins_over_the_variable_that_an_image_sets()
    {
        var result = await Docker.RunAsync(Asking(_busybox!, "0", ["sh", "-c", "find /dev -name 'nvidia[0-9]*'; echo $NVIDIA_VISIBLE_DEVICES"])
            .WithOptions("--gpus", "device=2"));

        Assert.That(result.EnsureSuccess().Lines, Is.EqualTo((string[])[HostNodes.OfGpus(Host, 2).Single(), "2"]));
    }

    [Test]
    public async Task Dockers_hook_is_gone_and_every_device_and_mount_is_there_once()
    {
        var id = await Docker.StartContainerAsync(ContainerRequest.Of(_busybox!, "sleep", "1000").WithOptions("--gpus", "all"));

        var spec = JsonNode.Parse(await File.ReadAllTextAsync(Docker.BundleConfigPath(id)))!;
        var devices = spec["linux"]!["devices"]!.AsArray().Select(static device => (string?)device!["path"]).ToArray();
        var mounts = spec["mounts"]!.AsArray().Select(static mount => (string?)mount!["destination"]).ToArray();
        var variables = spec["process"]!["env"]!.AsArray().Select(static variable => ((string)variable!).Split('=')[0]).ToArray();
        Assert.Multiple(() =>
        {
            Assert.That(spec["hooks"]?["prestart"]?.ToJsonString() ?? "", Does.Not.Contain("nvidia-container-runtime-hook"));
            Assert.That(devices, Is.Unique);
            Assert.That(devices, Is.SupersetOf((string[])[.. HostNodes.OfAllGpus(Host), .. HostNodes.ForCompute]));
            Assert.That(mounts, Is.Unique);
            Assert.That(variables, Is.Unique);
        });
    }

    [Test]
    public async Task A_capability_in_the_flag_decides_the_drivers_files()
    {
        var result = await Docker.RunAsync(ContainerRequest.Of(_busybox!, InjectedFiles.Command.AsSpan()).WithOptions("--gpus", "\"device=0\",\"capabilities=utility\""));

        Assert.That(InjectedFiles.In(result.EnsureSuccess()).Libraries, Does.Contain("libnvidia-ml").And.Not.Contain("libcuda"));
    }

    private protected override EngineSettings Configure(EngineSettings settings)
    {
        var programs = Machine.Directory.CreateSubdirectory("programs");
        File.CreateSymbolicLink(Path.Combine(programs, "nvidia-container-runtime-hook"), Programs.GpuRuntimeHook);
        return settings with { ProgramDirectory = programs };
    }

    private protected override async Task PrepareAsync() => _busybox = await ImportedAsync(TestImage.Busybox(Machine.Directory));
}

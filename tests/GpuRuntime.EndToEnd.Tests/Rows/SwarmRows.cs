using System.Collections.Immutable;

namespace GpuRuntime.EndToEnd.Tests.Rows;

/// <summary>
/// Docker Swarm on one node, whose daemon has gpu-runtime as its default runtime and tells Swarm of its GPUs: three by UUID, and a count of
/// four. The daemon has a network namespace of its own, so that Swarm's fixed ports are nobody else's.
/// </summary>
public sealed class SwarmRows : DockerFixture
{
    private static readonly ImmutableArray<int> Named = [1, 4, 6];

    private TestImage? _busybox;

    [Test]
    public async Task A_service_that_reserves_one_GPU_gets_the_one_that_Swarm_named()
    {
        var tasks = await RunServiceAsync(1, ["--generic-resource", "NVIDIA-GPU=1"]);

        var gpu = Host.Gpus.Single(gpu => gpu.Uuid == Variable(tasks.Single(), "DOCKER_RESOURCE_NVIDIA-GPU"));
        Assert.That(Named, Does.Contain(gpu.Index));
        Assert.That(Nodes(tasks.Single()), Is.EquivalentTo([.. HostNodes.OfGpus(Host, gpu.Index), .. HostNodes.ForCompute]));
    }

    [Test]
    public async Task A_service_that_reserves_several_GPUs_gets_all_of_them()
    {
        var tasks = await RunServiceAsync(1, ["--generic-resource", "NVIDIA-GPU=3"]);

        Assert.That(Nodes(tasks.Single()), Is.EquivalentTo([.. HostNodes.OfGpus(Host, Named), .. HostNodes.ForCompute]));
    }

    [Test]
    public async Task Replicas_of_a_service_get_each_another_GPU()
    {
        var tasks = await RunServiceAsync(3, ["--generic-resource", "NVIDIA-GPU=1"]);

        var nodes = tasks.SelectMany(static task => Nodes(task)).Where(node => HostNodes.OfAllGpus(Host).Contains(node));
        Assert.That(nodes, Is.EquivalentTo(HostNodes.OfGpus(Host, Named)));
    }

    [Test]
    public async Task A_service_that_reserves_a_count_gets_that_many()
    {
        var tasks = await RunServiceAsync(1, ["--generic-resource", "gpu=4"]);

        Assert.That(Variable(tasks.Single(), "DOCKER_RESOURCE_GPU"), Is.EqualTo("4"));
        Assert.That(Nodes(tasks.Single()).Intersect(HostNodes.OfAllGpus(Host)).Count(), Is.EqualTo(4), tasks.Single());
    }

    [Test]
    public async Task What_Swarm_reserved_takes_the_place_of_all_GPUs_that_an_image_asks_for()
    {
        var tasks = await RunServiceAsync(1, ["--generic-resource", "NVIDIA-GPU=1", "--env", "NVIDIA_VISIBLE_DEVICES=all"]);

        Assert.That(Nodes(tasks.Single()).Intersect(HostNodes.OfAllGpus(Host)).Count(), Is.EqualTo(1), tasks.Single());
    }

    [Test]
    public async Task A_licence_that_Swarm_counts_takes_no_GPU_away()
    {
        var tasks = await RunServiceAsync(1, ["--generic-resource", "licence=2", "--generic-resource", "NVIDIA-GPU=1"]);

        Assert.That(Nodes(tasks.Single()).Intersect(HostNodes.OfAllGpus(Host)).Count(), Is.EqualTo(1), tasks.Single());
    }

    [Test]
    public async Task A_service_that_reserves_no_GPU_gets_none()
    {
        var tasks = await RunServiceAsync(2, ["--generic-resource", "licence=2"]);

        foreach (var task in tasks)
            Assert.That(Nodes(task), Is.Empty);
    }

    /// <returns>What each task of the service printed.</returns>
    private async Task<ImmutableArray<string>> RunServiceAsync(int replicas, string[] options)
    {
        var name = $"s{Guid.NewGuid():N}";
        // A shell drops variables whose names hold a hyphen, as Swarm's do: its own environment is asked.
        (await Docker.DockerAsync(
        [
            "service", "create", "--detach", "--quiet", "--name", name, "--network", "host", "--no-resolve-image", "--stop-signal", "KILL",
            "--replicas", $"{replicas}", .. options,
            _busybox!.Reference, "sh", "-c", "tr '\\0' '\\n' </proc/1/environ; find /dev -name 'nvidia*' -type c; echo listed; exec sleep 1000",
        ])).EnsureSuccess();

        var logs = ImmutableArray<string>.Empty;
        for (var attempt = 0; attempt < 300 && logs.Length < replicas; attempt++)
        {
            await Task.Delay(100);
            var tasks = (await Docker.DockerAsync("ps", "--quiet", "--filter", $"label=com.docker.swarm.service.name={name}")).EnsureSuccess().Lines;
            var printed = await Task.WhenAll(tasks.Select(task => Docker.DockerAsync("logs", task)));
            logs = [.. printed.Select(static log => log.Output).Where(static log => log.Contains("listed\n", StringComparison.Ordinal))];
        }

        var states = (await Docker.DockerAsync("service", "ps", "--no-trunc", name)).Output;
        (await Docker.DockerAsync("service", "rm", name)).EnsureSuccess();
        Assert.That(logs, Has.Length.EqualTo(replicas), states);
        await WaitForRemovalAsync(name);
        return logs;
    }

    // Its GPUs are free for the next service when its tasks are gone.
    private async Task WaitForRemovalAsync(string service)
    {
        for (var attempt = 0; attempt < 300; attempt++)
        {
            if ((await Docker.DockerAsync("ps", "--all", "--quiet", "--filter", $"label=com.docker.swarm.service.name={service}")).Output.Trim().Length == 0)
                return;
            await Task.Delay(100);
        }
    }

    private static string[] Nodes(string log) => [.. log.Split('\n').Where(static line => line.StartsWith("/dev/", StringComparison.Ordinal))];

    private static string? Variable(string log, string name) =>
        log.Split('\n').SingleOrDefault(line => line.StartsWith($"{name}=", StringComparison.Ordinal))?[(name.Length + 1)..];

    private protected override EngineSettings Configure(EngineSettings settings)
    {
        string[] resources = [.. Named.Select(index => $"NVIDIA-GPU={Host.Gpus[index].Uuid}"), "gpu=4", "licence=5"];
        var flags = resources.SelectMany(static resource => (string[])["--node-generic-resource", resource]);
        return settings with
        {
            DaemonPrefix = ["unshare", "--net", "sh", "-c", $"""{Programs.Engine("busybox")} ifconfig lo 127.0.0.1 up && exec "$@" """, "sh"],
            DaemonArguments = ["--default-runtime", RuntimeNames.GpuRuntime, .. flags],
        };
    }

    private protected override async Task PrepareAsync()
    {
        _busybox = await ImportedAsync(TestImage.Busybox(Machine.Directory));
        (await Docker.DockerAsync("swarm", "init", "--advertise-addr", "127.0.0.1", "--listen-addr", "127.0.0.1:2377")).EnsureSuccess();
    }
}

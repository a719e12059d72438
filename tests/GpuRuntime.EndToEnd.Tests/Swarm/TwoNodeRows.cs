using System.Collections.Immutable;
using GpuRuntime.TestHosts;

namespace GpuRuntime.EndToEnd.Tests.Swarm;

/// <summary>
/// A Swarm of two nodes with other GPUs each, which they advertise by gpu-runtime swarm advertise: services are scheduled by GPU over both, and
/// move when one ends. NVIDIA's are whole and a divided one on the first node, AMD's partitions there and whole ones on the second.
/// </summary>
public sealed class TwoNodeRows
{
    private const string Nvidia = "NVIDIA-GPU";
    private const string Amd = "AMD_GPU";
    private const string Intel = "INTEL-GPU";

    // DRM numbers are past those of NVIDIA's.
    private static readonly SimulatedHostOptions First = new()
    {
        // The second node has the two that are left out here.
        Nvidia = new SimulatedNvidiaHostOptions
        {
            GpuCount = 5,
            ExcludedIndexes = [0, 1],
            MigInstances = ImmutableDictionary<int, ImmutableArray<MigInstance>>.Empty.Add(2, [new(2, 0), new(9, 0)]),
        },
        Amd = [ReadyHosts.PartitionedMi300.Amd[0] with { CardNumber = 20, RenderNumber = 150 }],
        Intel = [ReadyHosts.ThreeVendors.Intel[0] with { CardNumber = 10, RenderNumber = 140 }],
    };

    private static readonly SimulatedHostOptions Second = ReadyHosts.ThreeVendors with { Intel = [], ByPathExtras = [] };

    private TestDirectory? _directory;
    private JoinedHosts? _hosts;
    private SwarmNode? _manager;
    private SwarmNode? _worker;
    private TestImage? _image;

    private SwarmNode Manager => _manager!;

    private SwarmNode Worker => _worker!;

    [OneTimeSetUp]
    public async Task JoinNodesAsync()
    {
        try
        {
            _directory = TestDirectory.Create();
            _hosts = await JoinedHosts.CreateAsync(_directory);
            await Task.WhenAll(StartManagerAsync(_hosts), StartWorkerAsync(_hosts));
            _image = TestImage.Busybox(_directory);
            await Task.WhenAll(Manager.Docker.ImportAsync(_image), Worker.Docker.ImportAsync(_image));

            var (here, there) = (JoinedHosts.Address(0), JoinedHosts.Address(1));
            (await Manager.Docker.DockerAsync("swarm", "init", "--advertise-addr", here, "--listen-addr", $"{here}:2377")).EnsureSuccess();
            var token = (await Manager.Docker.DockerAsync("swarm", "join-token", "--quiet", "worker")).EnsureSuccess().Output.Trim();
            (await Worker.Docker.DockerAsync("swarm", "join", "--token", token, "--advertise-addr", there, "--listen-addr", $"{there}:2377", $"{here}:2377")).EnsureSuccess();
            await WaitForNodesAsync(2);
        }
        catch (TestResourceUnavailableException unavailable)
        {
            Assert.Ignore(unavailable.Reason);
        }
    }

    [OneTimeTearDown]
    public async Task StopNodesAsync()
    {
        foreach (var part in (IAsyncDisposable?[])[_worker, _manager, _hosts, _directory])
        {
            if (part is not null)
                await part.DisposeAsync();
        }
    }

    [Test]
    [Order(1)]
    public async Task The_Swarm_knows_every_GPU_of_both_nodes_by_the_name_that_was_printed()
    {
        const string format = "{{range .Description.Resources.GenericResources}}{{with .NamedResourceSpec}}{{.Kind}}={{.Value}} {{end}}{{end}}";

        foreach (var node in (SwarmNode[])[Manager, Worker])
        {
            var known = (await Manager.Docker.DockerAsync("node", "inspect", "--format", format, node.Name)).EnsureSuccess().Output;
            Assert.That(known.Split(' ', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries), Is.EquivalentTo(node.Resources));
        }

        Assert.That(Manager.Resources.Intersect(Worker.Resources), Is.Empty, "the nodes' GPUs are others");
    }

    [TestCase(Nvidia, 6)]
    [TestCase(Amd, 6)]
    [TestCase(Intel, 1)]
    [Order(2)]
    public async Task As_many_replicas_as_there_are_GPUs_get_each_one_and_its_nodes_alone(string kind, int gpus)
    {
        var all = Manager.Resources.Concat(Worker.Resources).Where(resource => resource.StartsWith(kind + "=", StringComparison.Ordinal)).ToList();
        Assert.That(all, Has.Count.EqualTo(gpus));
        var service = await CreateServiceAsync(gpus, kind);

        var tasks = await RunningAsync(service, gpus);

        AssertOwnGpuEach(tasks, kind);
        Assert.That(tasks.Select(task => task.Resource(kind)), Is.EquivalentTo(all));
        await RemoveServiceAsync(service);
    }

    [Test]
    [Order(3)]
    public async Task Replicas_of_a_node_that_ends_move_to_the_others_free_GPUs_and_wait_where_there_are_none()
    {
        var service = await CreateServiceAsync(3, Nvidia);
        var before = await RunningAsync(service, 3);
        Assert.That(before.Select(static task => task.Node.Name).Distinct().Count(), Is.EqualTo(2), "spread over the nodes");
        AssertOwnGpuEach(before, Nvidia);

        await Worker.Docker.StopDaemonAsync();
        var after = await RunningAsync(service, 3, Manager);

        AssertOwnGpuEach(after, Nvidia);
        var (stayed, moved) = (before.Where(task => task.Node == Manager).Select(static task => task.Resource(Nvidia)).ToList(), after.Select(static task => task.Resource(Nvidia)).ToList());
        Assert.That(stayed, Is.SubsetOf(moved), "those that ran on the node that is left keep their GPUs");

        (await Manager.Docker.DockerAsync("service", "scale", "--detach", $"{service}=5")).EnsureSuccess();
        var most = await RunningAsync(service, 4, Manager);
        AssertOwnGpuEach(most, Nvidia);
        Assert.That(await PendingReasonAsync(service), Does.Contain("insufficient resources on 1 node"));
        await RemoveServiceAsync(service);
    }

    private async Task WaitForNodesAsync(int count)
    {
        for (var attempt = 0; attempt < 600; attempt++)
        {
            var nodes = (await Manager.Docker.DockerAsync("node", "ls", "--format", "{{.Hostname}} {{.Status}}")).EnsureSuccess().Lines;
            if (nodes.Count(static node => node.EndsWith(" Ready", StringComparison.Ordinal)) == count)
                return;
            await Task.Delay(100);
        }
        throw new InvalidOperationException($"no {count} nodes are ready:\n{Manager.Docker.Log}");
    }

    private async Task StartManagerAsync(JoinedHosts hosts) => _manager = await SwarmNode.StartAsync(0, hosts, First);

    private async Task StartWorkerAsync(JoinedHosts hosts) => _worker = await SwarmNode.StartAsync(1, hosts, Second);

    private static void AssertOwnGpuEach(ImmutableArray<SwarmTask> tasks, string kind)
    {
        Assert.Multiple(() =>
        {
            Assert.That(tasks.Select(task => task.Resource(kind)), Is.Unique);
            foreach (var task in tasks)
            {
                Assert.That(task.Node.Resources, Does.Contain(task.Resource(kind)));
                Assert.That(task.DeviceNodes, Is.EquivalentTo(task.Node.Nodes(task.Resource(kind)[(kind.Length + 1)..])), task.Output);
            }
        });
    }

    private async Task<string> CreateServiceAsync(int replicas, string kind)
    {
        var name = $"s{Guid.NewGuid():N}";
        (await Manager.Docker.DockerAsync(
        [
            "service", "create", "--detach", "--quiet", "--name", name, "--network", "host", "--no-resolve-image", "--stop-signal", "KILL", "--restart-delay", "0s",
            "--replicas", $"{replicas}", "--generic-resource", $"{kind}=1", _image!.Reference, .. SwarmTask.Command,
        ])).EnsureSuccess();
        return name;
    }

    /// <returns>The tasks of a service, once there are so many that run and told what they have.</returns>
    private async Task<ImmutableArray<SwarmTask>> RunningAsync(string service, int count, params SwarmNode[] nodes)
    {
        nodes = nodes is [] ? [Manager, Worker] : nodes;
        ImmutableArray<SwarmTask> tasks = [];
        for (var attempt = 0; attempt < 600 && tasks.Length != count; attempt++)
        {
            await Task.Delay(100);
            tasks = [.. (await Task.WhenAll(nodes.Select(node => node.TasksAsync(service)))).SelectMany(static found => found)];
        }

        Assert.That(tasks, Has.Length.EqualTo(count), (await StatesAsync(service)).ToString());
        return tasks;
    }

    private async Task<string> PendingReasonAsync(string service)
    {
        for (var attempt = 0; ; attempt++)
        {
            var states = await StatesAsync(service);
            if (attempt == 600 || states.Lines.FirstOrDefault(static line => line.StartsWith("Running Pending", StringComparison.Ordinal) && line.Contains('"', StringComparison.Ordinal)) is { } line)
                return states.Output;
            await Task.Delay(100);
        }
    }

    private async Task<CommandResult> StatesAsync(string service) =>
        (await Manager.Docker.DockerAsync("service", "ps", "--no-trunc", "--format", "{{.DesiredState}} {{.CurrentState}} {{.Node}} {{json .Error}}", service)).EnsureSuccess();

    // Its GPUs are free for the next service when its tasks are gone.
    private async Task RemoveServiceAsync(string service)
    {
        (await Manager.Docker.DockerAsync("service", "rm", service)).EnsureSuccess();
        for (var attempt = 0; attempt < 300 && (await Manager.TasksAsync(service)).Any(); attempt++)
            await Task.Delay(100);
    }
}

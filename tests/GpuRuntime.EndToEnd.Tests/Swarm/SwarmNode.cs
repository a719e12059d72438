using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;
using GpuRuntime.EndToEnd.Tests.Vendors;
using GpuRuntime.TestHosts;

namespace GpuRuntime.EndToEnd.Tests.Swarm;

/// <summary>A dockerd on a host of its own, whose daemon.json holds what gpu-runtime swarm advertise printed there, and gpu-runtime as the default runtime.</summary>
internal sealed class SwarmNode : IAsyncDisposable
{
    private readonly MixedMachine _machine;

    private SwarmNode(string name, MixedMachine machine, ImmutableArray<string> resources, PrivateDockerd docker)
    {
        Name = name;
        _machine = machine;
        Resources = resources;
        Docker = docker;
    }

    public string Name { get; }

    public PrivateDockerd Docker { get; }

    /// <summary>What the node advertises: KIND=NAME.</summary>
    public ImmutableArray<string> Resources { get; }

    public SimulatedHost Host => _machine.Host;

    public static async Task<SwarmNode> StartAsync(int number, JoinedHosts hosts, SimulatedHostOptions options)
    {
        var machine = TestMachine.Create(options, EngineFactory.LowLevelRuntime(EngineKind.DockerOnCgroupV1));
        try
        {
            var printed = (await Command.Of(Programs.GpuRuntime, "swarm", "advertise", "--config", machine.ConfigPath).RunAsync()).EnsureSuccess().Output;
            var configuration = JsonNode.Parse(printed)!.AsObject();
            var resources = configuration["node-generic-resources"]!.AsArray().Select(static resource => (string)resource!).ToImmutableArray();
            configuration["default-runtime"] = RuntimeNames.GpuRuntime;
            configuration["runtimes"] = new JsonObject { [RuntimeNames.GpuRuntime] = new JsonObject { ["path"] = Programs.GpuRuntime } };
            var docker = await PrivateDockerd.StartAsync(new EngineSettings
            {
                Directory = machine.Directory,
                Environment = machine.Environment,
                Runtimes = ImmutableDictionary<string, string>.Empty,
                DaemonConfiguration = configuration,
                DaemonPrefix = [.. hosts.Prefix(number)],
            });
            return new SwarmNode(JoinedHosts.Name(number), machine, resources, docker);
        }
        catch
        {
            await machine.DisposeAsync();
            throw;
        }
    }

    /// <summary>What a task must have that was given this resource of the node, as paths in the container.</summary>
    public string[] Nodes(string name)
    {
        var gpus = HostGpus.Of(Host);
        if (name.Split('/') is [var parent, var instance, "0"])
        {
            var gpu = Host.NvidiaGpus.Single(gpu => "MIG-" + gpu.Uuid == parent);
            var capability = 3 + (135 * gpu.Minor) + (9 * int.Parse(instance, CultureInfo.InvariantCulture));
            return [.. gpus.NodesOf($"nvidia:{gpu.Index}"), $"/dev/nvidia-caps/nvidia-cap{capability}", $"/dev/nvidia-caps/nvidia-cap{capability + 1}"];
        }

        if (name.StartsWith("0x", StringComparison.Ordinal))
            return [.. gpus.NodesOf($"amd:{Host.AmdPartitions.Select(static partition => partition.UniqueId).ToList().IndexOf(Convert.ToUInt64(name[2..], 16))}")];
        var id = Host.NvidiaGpus.SingleOrDefault(gpu => gpu.Uuid == name) is { } named ? $"nvidia:{named.Index}" : name;
        return [.. gpus.Single(gpu => gpu.Id == id || gpu.PciAddress == id).Nodes];
    }

    /// <summary>What the running tasks of a service printed up to <see cref="SwarmTask.End"/>.</summary>
    public async Task<IEnumerable<SwarmTask>> TasksAsync(string service)
    {
        var containers = (await Docker.DockerAsync("ps", "--quiet", "--filter", $"label=com.docker.swarm.service.name={service}")).EnsureSuccess().Lines;
        var logs = await Task.WhenAll(containers.Select(container => Docker.DockerAsync("logs", container)));
        return logs.Where(static log => log.Lines.Contains(SwarmTask.End)).Select(log => new SwarmTask(this, log.Output));
    }

    public async ValueTask DisposeAsync()
    {
        await Docker.DisposeAsync();
        await _machine.DisposeAsync();
    }
}

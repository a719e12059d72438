using System.Collections.Immutable;
using System.Text.Json.Nodes;
using GpuRuntime.TestHosts;

namespace GpuRuntime.EndToEnd.Tests.Kubernetes;

/// <summary>Which resources the kubelet learns of, on each kind of host and by each strategy.</summary>
public sealed class RegistrationRows : PluginFixture
{
    private const string First = "MIG-aaaaaaaa-0000-5000-8000-000000000001";
    private const string Second = "MIG-bbbbbbbb-0000-5000-8000-000000000002";

    [Test]
    public async Task Each_vendors_GPUs_are_a_resource_with_their_ids_health_and_NUMA_nodes()
    {
        await PrepareAsync(ThreeVendors);
        await StartAgentAsync();

        Assert.That(await Kubelet.RegisteredAsync(3), Is.EqualTo((string[])[AmdGpu, IntelXe, NvidiaGpu]));
        var registrations = await Kubelet.RegistrationsAsync();
        Assert.That(registrations, Has.Length.EqualTo(3));
        foreach (var registration in registrations)
        {
            Assert.That((string?)registration["version"], Is.EqualTo("v1beta1"));
            Assert.That((string?)registration["endpoint"], Does.Not.Contain('/'), "the name of a file in the kubelet's directory");
            Assert.That(registration["options"]!.ToJsonString(), Is.EqualTo("""{"get_preferred_allocation_available":true}"""));
            var resource = (string)registration["resource_name"]!;
            Assert.That((await Kubelet.CallAsync(resource, "GetDevicePluginOptions", new JsonObject()))["answer"]!.ToJsonString(), Is.EqualTo(registration["options"]!.ToJsonString()));
        }

        var nvidia = await Kubelet.ListAsync(NvidiaGpu);
        Assert.That(nvidia.Ids, Is.EqualTo(((MixedMachine)Machine).Host.NvidiaGpus.Select(static gpu => gpu.Uuid)));
        Assert.That(nvidia.Healthy, Is.EqualTo(nvidia.Ids));
        Assert.That((await Kubelet.ListAsync(AmdGpu)).Devices, Is.EqualTo((PluginListEntry[])[new("0000:27:00.0", "Healthy", "0"), new("0000:83:00.0", "Healthy", "1")]));
        Assert.That((await Kubelet.ListAsync(IntelXe)).Healthy, Is.EqualTo((string[])["0000:63:00.0"]));
        var prepared = await Kubelet.CallAsync(AmdGpu, "PreStartContainer", new JsonObject { ["devices_ids"] = new JsonArray("0000:27:00.0") });
        Assert.That(prepared.ToJsonString(), Is.EqualTo("""{"answer":{}}"""));
    }

    [Test]
    public async Task The_same_process_serves_metrics_and_labels_the_node()
    {
        await PrepareAsync(ThreeVendors with { Nvidia = null });
        var agent = await StartAgentAsync();
        await Kubelet.RegisteredAsync(2);

        Assert.That((await agent.GetAsync("/metrics")).Text, Does.Contain("""gpu_runtime_healthy{vendor="amd",gpu="amd:1"} 1"""));
        await FakeKubelet.UntilAsync(() => Task.FromResult(File.Exists(FeatureFile)), () => $"{FeatureFile} is written");
        Assert.That(await File.ReadAllLinesAsync(FeatureFile), Is.SupersetOf((string[])["accelerator=amd-instinct-mi210", "gpu-runtime.io/amd.count=2", "gpu-runtime.io/intel.count=1"]));
    }

    [TestCase("none", NvidiaGpu + " 2")]
    [TestCase("mixed", NvidiaGpu + " 1", "nvidia.com/mig-1g.10gb 1", "nvidia.com/mig-3g.40gb 1")]
    public async Task A_divided_GPU_is_what_the_MIG_strategy_makes_of_it_with_a_stand_in_library(string strategy, params string[] expected)
    {
        await DivideAsync();
        await StartAgentAsync(("mig", strategy));

        var resources = await Kubelet.RegisteredAsync(expected.Length);

        var counts = new List<string>();
        foreach (var resource in resources)
            counts.Add(await CountAsync(resource));
        Assert.That(counts, Is.EqualTo(expected));
        if (strategy == "mixed")
            Assert.That((await Kubelet.ListAsync("nvidia.com/mig-1g.10gb")).Ids, Is.EqualTo((string[])[Second]));
    }

    [Test]
    public async Task What_the_single_strategy_does_not_suit_is_told_with_its_cure_and_the_agent_goes_on_with_a_stand_in_library()
    {
        await DivideAsync();
        var agent = await StartAgentAsync(("mig", "single"));

        await agent.Process.WarnedAsync("kubernetes.mig is single, which takes GPUs that are all divided into MIG devices of one profile");
        Assert.That((await agent.GetAsync("/healthz")).Status, Is.EqualTo(200));
        Assert.That(await Kubelet.RegistrationsAsync(), Is.Empty);
    }

    [TestCase("single", "amd.com/gpu 8")]
    [TestCase("mixed", "amd.com/qpx_nps1 8")]
    public async Task Partitions_are_named_by_the_strategy(string strategy, string expected)
    {
        await PrepareAsync(ReadyHosts.PartitionedMi300);
        await StartAgentAsync(("partitions", strategy));

        var resource = (await Kubelet.RegisteredAsync(1)).Single();

        Assert.That(await CountAsync(resource), Is.EqualTo(expected));
        Assert.That((await Kubelet.ListAsync(resource)).Ids, Is.Unique);
    }

    [Test]
    public async Task Shares_of_a_GPU_are_devices_of_a_resource_that_says_so()
    {
        await PrepareAsync(ReadyHosts.Mi210Pair);
        await StartAgentAsync(("replicas", 3));

        Assert.That(await Kubelet.RegisteredAsync(1), Is.EqualTo((string[])["amd.com/gpu.shared"]));
        Assert.That((await Kubelet.ListAsync("amd.com/gpu.shared")).Ids, Is.EqualTo((string[])
            ["0000:43:00.0::0", "0000:43:00.0::1", "0000:43:00.0::2", "0000:c3:00.0::0", "0000:c3:00.0::1", "0000:c3:00.0::2"]));
    }

    [Test]
    public async Task A_GPUs_memory_is_a_device_for_each_GiB()
    {
        await PrepareAsync(ReadyHosts.Mi210Pair);
        await StartAgentAsync(("memorySlices", true));

        Assert.That(await Kubelet.RegisteredAsync(1), Is.EqualTo((string[])["gpu-runtime.io/memory-gib"]));
        Assert.That((await Kubelet.ListAsync("gpu-runtime.io/memory-gib")).Ids, Has.Length.EqualTo(128).And.Contain("0000:43:00.0::m0").And.Contain("0000:c3:00.0::m63"));
    }

    [Test]
    public async Task Shares_and_slices_at_once_are_refused_at_the_start()
    {
        await PrepareAsync(ReadyHosts.Mi210Pair);

        var result = await Agent(("replicas", 2), ("memorySlices", true)).With("--listen", "none").RunAsync();

        Assert.That(result.ExitCode, Is.EqualTo(1), result.ToString());
        Assert.That(result.Error, Does.Contain("GRT5401").And.Contain("kubernetes.replicas").And.Contain("kubernetes.memorySlices"));
    }

    [Test]
    public async Task A_host_without_GPUs_registers_nothing_and_is_well()
    {
        await PrepareAsync(ReadyHosts.NoGpu);
        var agent = await StartAgentAsync();

        await FakeKubelet.UntilAsync(() => Task.FromResult(File.Exists(FeatureFile)), () => $"{FeatureFile} is written");
        Assert.That(await Kubelet.RegistrationsAsync(), Is.Empty);
        Assert.That((await agent.GetAsync("/healthz")).Status, Is.EqualTo(200));
    }

    [Test]
    public async Task Its_sockets_are_gone_when_it_has_ended()
    {
        await PrepareAsync(ReadyHosts.Mi210Pair);
        var agent = await StartAgentAsync();
        await Kubelet.RegisteredAsync(1);
        Assert.That(Directory.GetFileSystemEntries(Kubelet.Directory), Has.Length.EqualTo(2));

        Assert.That(await agent.Process.StopAsync(), Is.Zero);

        Assert.That(Directory.GetFileSystemEntries(Kubelet.Directory).Select(Path.GetFileName), Is.EqualTo((string[])["kubelet.sock"]));
    }

    private async Task<string> CountAsync(string resource) => $"{resource} {(await Kubelet.ListAsync(resource)).Ids.Length}";

    // The second of two GPUs is whole.
    private async Task DivideAsync()
    {
        const string well = "RemappedRows 3 1 0 0\n";
        const string model = "NVIDIA H100 80GB HBM3";
        const string devices = $"""
            mig 0
            GpuInstanceId 2
            ComputeInstanceId 0
            Name {model} MIG 3g.40gb
            UUID {First}
            MemoryInfo 42144366592 21474836480 0
            mig 1
            GpuInstanceId 9
            ComputeInstanceId 0
            Name {model} MIG 1g.10gb
            UUID {Second}
            MemoryInfo 10468982784 1073741824 0

            """;
        var library = await PrepareAsync(new SimulatedHostOptions
        {
            Nvidia = new SimulatedNvidiaHostOptions { GpuCount = 2, MigInstances = ImmutableDictionary<int, ImmutableArray<MigInstance>>.Empty.Add(0, [new(2, 0), new(9, 0)]) },
        });
        var gpus = ((MixedMachine)Machine).Host.NvidiaGpus;
        var divided = NvmlScenario.Of(gpus[..1], static _ => $"MigMode 1 1\nMaxMigDeviceCount 7\nUtilizationRates !3\n{well}");
        library!.Tell($"{divided}{devices}{NvmlScenario.Of(gpus[1..], static _ => well).Split('\n', 2)[1]}");
    }
}

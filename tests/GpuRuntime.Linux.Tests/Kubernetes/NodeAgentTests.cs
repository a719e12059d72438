using GpuRuntime.Agent.Kubernetes;
using GpuRuntime.Agent.Kubernetes.DevicePlugin;
using GpuRuntime.Agent.Kubernetes.Labels;
using GpuRuntime.Agent.Watchdog;
using GpuRuntime.Core.Configuration;
using GpuRuntime.Core.Errors;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Core.Monitoring.Samples;

namespace GpuRuntime.Linux.Tests.Kubernetes;

/// <summary>What becomes of samples: lists for the kubelet, and labels.</summary>
public sealed class NodeAgentTests : DirectoryFixture
{
    private static readonly Gpu Divided = NodeScene.Nvidia(0) with { MigDevices = [new MigDevice(0, 7, 0), new MigDevice(1, 8, 0)] };

    private static readonly GpuSample Told = new(Divided)
    {
        MemoryTotalBytes = 40L << 30,
        MigDevices = [.. Divided.MigDevices.Select(device => new MigSample(device with { Uuid = $"MIG-{device.Index}", Profile = "1g.5gb", MemoryBytes = 5L << 30 }))],
    };

    private string Labels => Temporary.Combine("features.d/gpu-runtime");

    [Test]
    public void A_GPU_that_hangs_keeps_the_ids_and_the_memory_that_it_had()
    {
        var known = new KnownGpus();
        known.Of(NodeScene.Sample(Told));

        var hung = known.Of(NodeScene.Sample(new GpuSample(Divided with { Uuid = null }) { Problem = "reading it has not returned" })).Single();

        Assert.That(
            (hung.Uuid, hung.MemoryBytes, string.Join(' ', hung.MigDevices.Select(device => $"{device.Uuid} {device.Profile} {device.MemoryBytes >> 30}"))),
            Is.EqualTo((Divided.Uuid, 40L << 30, "MIG-0 1g.5gb 5 MIG-1 1g.5gb 5")));
    }

    [Test]
    public void A_GPU_that_is_divided_anew_takes_nothing_from_what_it_was()
    {
        var known = new KnownGpus();
        known.Of(NodeScene.Sample(Told));

        var divided = known.Of(NodeScene.Sample(new GpuSample(Divided with { MigDevices = [new MigDevice(0, 1, 0)] }))).Single();

        Assert.That(divided.MigDevices.Single(), Is.EqualTo(new MigDevice(0, 1, 0) with { CapabilityNodes = divided.MigDevices[0].CapabilityNodes }));
    }

    [Test]
    public void A_lost_GPU_stays_in_the_list_and_is_unhealthy()
    {
        var offers = NodeScene.Offers(RuntimeConfiguration.Default, NodeScene.Sample(NodeScene.Nvidias(2)));

        offers.Take(NodeScene.Sample(new GpuSample(NodeScene.Nvidia(0)), NodeScene.Sick(NodeScene.Nvidia(1), "lost")));

        Assert.That(offers.All.Single().Offer.List.Devices.Select(device => device.Health), Is.EqualTo((string[])["Healthy", "Unhealthy"]));
    }

    [Test]
    public void All_MIG_devices_of_an_unhealthy_GPU_are_unhealthy()
    {
        var configuration = new RuntimeConfiguration { KubernetesMig = MigStrategy.Mixed };

        var offers = NodeScene.Offers(configuration, NodeScene.Sample(Told with { Health = NodeScene.Sick(Divided).Health }));

        Assert.That(offers.All.Single().Offer.List.Devices.Select(device => $"{device.ID} {device.Health}"), Is.EqualTo((string[])["MIG-0 Unhealthy", "MIG-1 Unhealthy"]));
    }

    [Test]
    public void GPUs_that_the_configuration_does_not_suit_are_offered_no_more_and_again_when_it_does()
    {
        var configuration = new RuntimeConfiguration { KubernetesMig = MigStrategy.Single, LogPath = Temporary.Combine("log") };
        var offers = NodeScene.Offers(configuration, NodeScene.Sample(Told));
        Assert.That(offers.All.Single().Offer.List.Devices, Has.Count.EqualTo(2));

        for (var pass = 0; pass < 3; pass++)
            offers.Take(NodeScene.Sample(Told, new GpuSample(NodeScene.Nvidia(1))));
        Assert.That(offers.All.Single().Offer.List.Devices, Is.Empty);
        Assert.That(File.ReadAllLines(Temporary.Combine("log")).Where(line => line.Contains("The kubelet is offered no GPU", StringComparison.Ordinal)).ToArray(), Has.Length.EqualTo(1));

        offers.Take(NodeScene.Sample(Told));
        Assert.That(offers.All.Single().Offer.List.Devices, Has.Count.EqualTo(2));
    }

    [Test]
    public void Links_are_looked_for_when_the_GPUs_are_other_ones()
    {
        var asked = 0;
        var offers = new NodeOffers(RuntimeConfiguration.Default, gpus => [GpuLink.Between(gpus[0], gpus[1], ++asked)], new WatchdogReport(RuntimeConfiguration.Default));

        int[] counts = [2, 2, 3, 3];
        foreach (var count in counts)
            offers.Take(NodeScene.Sample(NodeScene.Nvidias(count)));

        Assert.That((asked, offers.All.Single().Offer.Links.Single().Strength), Is.EqualTo((2, 2)));
    }

    [Test]
    public void The_node_is_labelled_once_every_GPU_has_told_who_it_is_and_not_much_later()
    {
        Temporary.MakeDirectory("features.d");
        using var agent = new NodeAgent(Configuration, new WatchdogReport(Configuration));

        agent.Take(NodeScene.Sample(new GpuSample(Divided) { Problem = "it was not read" }));
        Assert.That(File.Exists(Labels), Is.False);
        agent.Take(NodeScene.Sample(Told));
        Assert.That(File.ReadAllText(Labels), Does.Contain("gpu-runtime.io/nvidia.count=1\n"));
    }

    [Test]
    public void A_GPU_that_never_tells_holds_up_the_others_for_ten_samples()
    {
        Temporary.MakeDirectory("features.d");
        using var agent = new NodeAgent(Configuration, new WatchdogReport(Configuration));

        for (var pass = 1; pass < 10; pass++)
            agent.Take(NodeScene.Sample(new GpuSample(Divided) { Problem = "it was not read" }));
        Assert.That(File.Exists(Labels), Is.False);
        agent.Take(NodeScene.Sample(new GpuSample(Divided) { Problem = "it was not read" }));
        Assert.That(File.Exists(Labels), Is.True);
    }

    [Test]
    public void Labels_follow_the_GPUs_stay_when_the_agent_stops_and_may_be_read_by_all()
    {
        Temporary.MakeDirectory("features.d");
        using (var agent = new NodeAgent(Configuration, new WatchdogReport(Configuration)))
        {
            agent.Take(NodeScene.Sample(NodeScene.Nvidias(2)));
            Assert.That(File.ReadAllText(Labels), Does.Contain("gpu-runtime.io/nvidia.count=2\n"));
            agent.Take(NodeScene.Sample(new GpuSample(NodeScene.Nvidia(0)), NodeScene.Sick(NodeScene.Nvidia(1), "lost")));
        }

        Assert.That(File.ReadAllText(Labels), Does.Contain("gpu-runtime.io/nvidia.count=1\n"));
        Assert.That((Command.Status("%a", Labels), Directory.GetFileSystemEntries(Temporary.Combine("features.d")).Length), Is.EqualTo(("644", 1)));
    }

    [Test]
    public void A_host_without_Node_Feature_Discovery_is_told_of_once_and_labelled_when_it_is_there()
    {
        var file = new FeatureFile(Labels, new WatchdogReport(Configuration));
        var gpus = NodeScene.Nvidias(1);
        file.Tell(gpus);
        file.Tell(gpus);
        Assert.That(File.ReadAllLines(Temporary.Combine("log")).Where(line => line.Contains("The node is not labelled", StringComparison.Ordinal)).ToArray(), Has.Length.EqualTo(1));

        Temporary.MakeDirectory("features.d");
        file.Tell(gpus);
        Assert.That(File.Exists(Labels), Is.True);
    }

    [Test]
    public void A_configuration_that_suits_no_GPUs_is_refused_at_the_start()
    {
        var configuration = Configuration with { KubernetesMemorySlices = true, KubernetesReplicas = 2 };

        Assert.That(() => new NodeAgent(configuration, new WatchdogReport(configuration)), Throws.InstanceOf<GpuRuntimeException>().With.Property("Code").EqualTo(ErrorCode.KubernetesUnsuitable));
    }

    private RuntimeConfiguration Configuration => new()
    {
        KubernetesPluginDirectory = Temporary.Combine("plugins"),
        KubernetesFeatureFile = Labels,
        LogPath = Temporary.Combine("log"),
    };
}

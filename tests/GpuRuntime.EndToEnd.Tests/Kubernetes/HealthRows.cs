using GpuRuntime.TestHosts;

namespace GpuRuntime.EndToEnd.Tests.Kubernetes;

/// <summary>A GPU that something is wrong with is streamed as unhealthy, and as healthy once it is well again; the others stay.</summary>
public sealed class HealthRows : PluginFixture
{
    [TestCase(15, Description = "NVML: the GPU is lost")]
    [TestCase(16, Description = "NVML: the GPU requires a reset")]
    public async Task A_GPU_that_its_driver_gives_up_and_takes_back_with_a_stand_in_library(int status)
    {
        var library = await PrepareAsync(ThreeVendors);
        await StartAgentAsync();
        var before = await Kubelet.ListAsync(NvidiaGpu, static list => list.Healthy.Length == 2, "two healthy GPUs");
        var gpus = ((MixedMachine)Machine).Host.NvidiaGpus;

        library!.Tell(NvmlScenario.Of(gpus, gpu => gpu.Index == 0 ? $"* !{status}" : "RemappedRows 3 1 0 0"));
        var during = await Kubelet.ListAsync(NvidiaGpu, static list => list.Healthy.Length == 1, "one healthy GPU");
        library.Tell(NvmlScenario.Of(gpus, static _ => "RemappedRows 3 1 0 0"));
        var after = await Kubelet.ListAsync(NvidiaGpu, static list => list.Healthy.Length == 2, "two healthy GPUs again");

        Assert.That(during.Ids, Is.EqualTo(before.Ids));
        Assert.That(during.Healthy.Single(), Is.EqualTo(gpus[1].Uuid));
        Assert.That(after.Devices, Is.EqualTo(before.Devices));
        Assert.That(await Kubelet.ListsAsync(NvidiaGpu), Has.Length.EqualTo(3), "a list for each change, and no other");
        Assert.That(await Kubelet.ListsAsync(AmdGpu), Has.Length.EqualTo(1), "nobody else's changed");
    }

    [Test]
    public async Task An_XID_that_tells_of_a_fault_with_a_stand_in_library()
    {
        var library = await PrepareAsync(new SimulatedHostOptions { Nvidia = new SimulatedNvidiaHostOptions { GpuCount = 2 } });
        var agent = await StartAgentAsync();
        await Kubelet.ListAsync(NvidiaGpu, static list => list.Healthy.Length == 2, "two healthy GPUs");
        await agent.SampleAsync(static sample => sample["gpus"]![0]!["xids"] is not null, "it listens for XIDs");
        var gpus = ((MixedMachine)Machine).Host.NvidiaGpus;
        var scenario = NvmlScenario.Of(gpus, static _ => "RemappedRows 3 1 0 0");
        var address = NvmlScenario.Gpu(gpus[1].PciAddress)["gpu ".Length..];

        library!.Tell($"event 1 {address} 31\n{scenario}");
        await agent.SampleAsync(static sample => (int?)sample["gpus"]![1]!["xids"]?["counts"]?["31"] == 1, "a program's fault");
        Assert.That((await Kubelet.ListAsync(NvidiaGpu)).Healthy, Has.Length.EqualTo(2), "which is none of the GPU's");
        library.Tell($"event 2 {address} 79\n{scenario}");

        Assert.That((await Kubelet.ListAsync(NvidiaGpu, static list => list.Healthy.Length == 1, "one healthy GPU")).Healthy.Single(), Is.EqualTo(gpus[0].Uuid));
    }

    [Test]
    public async Task A_GPU_that_KFD_lists_no_more_and_lists_again()
    {
        await PrepareAsync(ReadyHosts.Mi210Pair);
        await StartAgentAsync();
        await Kubelet.ListAsync(AmdGpu, static list => list.Healthy.Length == 2, "two healthy GPUs");
        var nodes = Path.Combine(((MixedMachine)Machine).Host.SysRoot, "class/kfd/kfd/topology/nodes");
        var node = Directory.GetDirectories(nodes).Single(static node => File.ReadAllLines(Path.Combine(node, "properties")).Contains("drm_render_minor 129"));
        var aside = Machine.Directory.Combine("aside");

        Directory.Move(node, aside);
        var during = await Kubelet.ListAsync(AmdGpu, static list => list.Healthy.Length == 1, "one healthy GPU");
        Directory.Move(aside, node);
        await Kubelet.ListAsync(AmdGpu, static list => list.Healthy.Length == 2, "two healthy GPUs again");

        Assert.That((during.Ids.Length, during.Healthy.Single()), Is.EqualTo((2, "0000:43:00.0")));
    }

    [Test]
    public async Task A_GPU_that_is_off_the_bus_stays_in_the_list_and_comes_back()
    {
        await PrepareAsync(ThreeVendors with { Nvidia = null });
        await StartAgentAsync();
        var before = await Kubelet.ListAsync(AmdGpu, static list => list.Healthy.Length == 2, "two healthy GPUs");
        var device = Path.Combine(((MixedMachine)Machine).Host.SysRoot, "bus/pci/devices/0000:27:00.0");

        Directory.Move(device, device + ".gone");
        var during = await Kubelet.ListAsync(AmdGpu, static list => list.Healthy.Length == 1, "one healthy GPU");
        Directory.Move(device + ".gone", device);
        var after = await Kubelet.ListAsync(AmdGpu, static list => list.Healthy.Length == 2, "two healthy GPUs again");

        Assert.That(during.Ids, Is.EquivalentTo(before.Ids));
        Assert.That(during.Healthy.Single(), Is.EqualTo("0000:83:00.0"));
        Assert.That(after.Devices, Is.EqualTo(before.Devices));
    }
}

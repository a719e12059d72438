using GpuRuntime.EndToEnd.Tests.Rows;
using GpuRuntime.EndToEnd.Tests.Vendors;

namespace GpuRuntime.EndToEnd.Tests.Cdi;

/// <summary>GPUs of three vendors by the specifications that gpu-runtime generates, on engines that have nothing else of ours.</summary>
[TestFixtureSource(typeof(EngineKinds), nameof(EngineKinds.WithCdi))]
public sealed class GeneratedSpecRows(EngineKind kind) : GeneratedSpecFixture(kind, VendorHosts.ThreeVendors)
{
    private TestImage? _glibc;

    [TestCase("nvidia:0")]
    [TestCase("nvidia:1")]
    [TestCase("amd:0")]
    [TestCase("amd:1")]
    [TestCase("intel:0")]
    public async Task A_GPU_by_its_index_comes_with_its_nodes_and_links_and_no_others(string id)
    {
        var gpu = Gpus.Single(gpu => gpu.Id == id);

        AssertExactly(await ReportAsync(Device(gpu)), gpu);
    }

    [TestCase("nvidia:1")]
    [TestCase("amd:1")]
    [TestCase("intel:0")]
    public async Task A_GPU_by_its_PCI_address_is_the_same(string id)
    {
        var gpu = Gpus.Single(gpu => gpu.Id == id);

        AssertExactly(await ReportAsync($"{gpu.Vendor}.com/gpu={gpu.PciAddress}"), gpu);
    }

    [TestCase("nvidia")]
    [TestCase("amd")]
    public async Task A_GPU_by_its_UUID_is_the_same(string vendor)
    {
        var gpu = Gpus.Last(gpu => gpu.Vendor == vendor);
        var host = ((MixedMachine)Machine).Host;
        var uuid = vendor == "nvidia" ? host.NvidiaGpus[^1].Uuid : $"0x{host.AmdPartitions[^1].Gpu.UniqueId:X}";

        AssertExactly(await ReportAsync($"{vendor}.com/gpu={uuid}"), gpu);
    }

    [TestCase("nvidia")]
    [TestCase("amd")]
    [TestCase("intel")]
    public async Task All_of_a_vendor_are_all_of_that_vendor(string vendor) =>
        AssertExactly(await ReportAsync($"{vendor}.com/gpu=all"), Gpus.Where(gpu => gpu.Vendor == vendor));

    [Test]
    public async Task GPUs_of_three_vendors_share_a_container()
    {
        var gpus = Gpus.Named("nvidia:0", "amd:1", "intel:0").ToList();

        AssertExactly(await ReportAsync([.. gpus.Select(Device)]), gpus);
    }

    [Test]
    public async Task Two_GPUs_of_a_vendor_share_a_container()
    {
        var gpus = Gpus.Named("amd:0", "amd:1").ToList();

        AssertExactly(await ReportAsync([.. gpus.Select(Device)]), gpus);
    }

    [Test]
    public async Task The_loader_finds_the_drivers_libraries()
    {
        var result = await Engine.RunAsync(WithDevices(_glibc!, ["nvidia.com/gpu=0"], [.. Probe.Load("libcuda.so.1", "libnvidia-ml.so.1", "libEGL_nvidia.so.0")]));

        Assert.That(result.ExitCode, Is.Zero, result.ToString());
    }

    [Test]
    public async Task A_read_only_container_gets_the_same()
    {
        var result = await Engine.RunAsync(WithDevices(_glibc!, ["nvidia.com/gpu=0"], [.. Probe.Load("libcuda.so.1")]).WithOptions("--read-only"));

        Assert.That(result.ExitCode, Is.Zero, result.ToString());
    }

    [TestCase("nvidia:0")]
    [TestCase("amd:0")]
    [TestCase("intel:0")]
    public async Task A_user_who_is_not_root_opens_the_nodes(string id)
    {
        var gpu = Gpus.Single(gpu => gpu.Id == id);

        var result = await Engine.RunAsync(WithDevices(Busybox, [Device(gpu)], [.. Probe.Open(NodesOf([gpu]))]) with { User = "1000:1000" });

        Probe.AssertAllOpen(result, NodesOf([gpu]));
    }

    [Test]
    public async Task EGL_is_kept_to_the_GPUs_that_the_container_has()
    {
        var minor = ((MixedMachine)Machine).Host.NvidiaGpus[1].Minor;

        var result = await Engine.RunAsync(WithDevices(Busybox, ["nvidia.com/gpu=1"], "sh", "-c", "cat /etc/nvidia/nvidia-application-profiles-rc.d/*"));

        Assert.That(result.EnsureSuccess().Output, Does.Contain($"\"EGLVisibleDGPUDevices\",0x{1 << minor:x}]"));
    }

    // An environment asks, the engine has given: our runtime, which is registered with it, must not give more.
    [TestCase(RuntimeNames.Runc)]
    [TestCase(RuntimeNames.GpuRuntime)]
    public async Task What_the_environment_asks_for_is_not_given_a_second_time(string runtime)
    {
        var request = WithDevices(Busybox, ["nvidia.com/gpu=0", "amd.com/gpu=1"], "sh", "-c", Report) with { Runtime = runtime };

        var result = await Engine.RunAsync(request.With("NVIDIA_VISIBLE_DEVICES", "all").With("AMD_VISIBLE_DEVICES", "all"));

        AssertExactly(result, Gpus.Named("nvidia:0", "amd:1"));
    }

    private protected override async Task PrepareAsync()
    {
        await base.PrepareAsync();
        _glibc = await ImportedAsync(TestImage.Glibc(Machine.Directory));
    }
}

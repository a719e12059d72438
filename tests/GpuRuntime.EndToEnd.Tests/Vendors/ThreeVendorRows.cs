namespace GpuRuntime.EndToEnd.Tests.Vendors;

/// <summary>One container with three vendors' GPUs, asked for by the environment.</summary>
[TestFixture(EngineKind.RuncOnCgroupV1)]
[TestFixture(EngineKind.RuncOnCgroupV2)]
[TestFixture(EngineKind.DockerOnCgroupV1)]
[TestFixture(EngineKind.DockerOnCgroupV2)]
[TestFixture(EngineKind.Podman)]
[TestFixture(EngineKind.Containerd)]
public sealed class ThreeVendorRows(EngineKind kind) : ThreeVendorFixture(kind)
{
    [TestCase("GPU_RUNTIME_GPUS=" + Request)]
    [TestCase("GPU_RUNTIME_GPUS=device=nvidia:0,0000:63:00.0,0000:27:00.0,nvidia:1")]
    [TestCase("NVIDIA_VISIBLE_DEVICES=all", "AMD_VISIBLE_DEVICES=0", "INTEL_VISIBLE_DEVICES=all")]
    public async Task Their_nodes_open_and_each_is_there_once_with_its_link(params string[] variables)
    {
        var result = await Engine.RunAsync(Reporting(variables));

        AssertThreeVendors(result);
    }

    [Test]
    public async Task Graphics_adds_the_nodes_and_links_that_NVIDIAs_GPUs_draw_with()
    {
        var result = await Engine.RunAsync(Reporting("NVIDIA_VISIBLE_DEVICES=all", "NVIDIA_DRIVER_CAPABILITIES=all", "AMD_VISIBLE_DEVICES=0", "INTEL_VISIBLE_DEVICES=0"));

        AssertThreeVendors(result, graphics: true);
    }
}

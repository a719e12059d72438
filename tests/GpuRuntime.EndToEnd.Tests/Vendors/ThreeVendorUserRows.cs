namespace GpuRuntime.EndToEnd.Tests.Vendors;

/// <summary>One container with three vendors' GPUs whose process is not root's: card and render nodes are closed to those who are in no group of theirs.</summary>
[TestFixture(EngineKind.RuncOnCgroupV1)]
[TestFixture(EngineKind.RuncOnCgroupV2)]
[TestFixture(EngineKind.DockerOnCgroupV1)]
[TestFixture(EngineKind.DockerOnCgroupV2)]
[TestFixture(EngineKind.Podman)]
public sealed class ThreeVendorUserRows(EngineKind kind) : ThreeVendorFixture(kind)
{
    [TestCase("GPU_RUNTIME_GPUS=" + Request)]
    [TestCase("NVIDIA_VISIBLE_DEVICES=all", "AMD_VISIBLE_DEVICES=0", "INTEL_VISIBLE_DEVICES=0")]
    public async Task Their_nodes_open(params string[] variables)
    {
        var result = await Engine.RunAsync(Reporting(variables) with { User = "1000:1000" });

        AssertThreeVendors(result);
    }
}

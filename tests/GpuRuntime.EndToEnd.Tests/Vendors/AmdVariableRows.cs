using GpuRuntime.EndToEnd.Tests.Rows;

namespace GpuRuntime.EndToEnd.Tests.Vendors;

/// <summary>AMD_VISIBLE_DEVICES, as users of AMD's own runtime write it, on a host with two GPUs. KFD counts them the other way round.</summary>
[TestFixture(EngineKind.DockerOnCgroupV1)]
[TestFixture(EngineKind.DockerOnCgroupV2)]
public sealed class AmdVariableRows(EngineKind kind) : VendorFixture(kind, VendorHosts.Mi210Pair)
{
    [TestCase("all", "amd:0", "amd:1")]
    [TestCase("All", "amd:0", "amd:1")]
    [TestCase("ALL", "amd:0", "amd:1")]
    [TestCase("0", "amd:0")]
    [TestCase("0-1", "amd:0", "amd:1")]
    [TestCase("0-1,0", "amd:0", "amd:1")]
    [TestCase("0, 1", "amd:0", "amd:1")]
    [TestCase("0xA4CE1B7C05F2D96", "amd:0")]
    [TestCase("0x0a4ce1b7c05f2d96", "amd:0")]
    [TestCase("0X93D04F5518A6BE1C", "amd:1")]
    [TestCase("GPU-93d04f5518a6be1c", "amd:1")]
    [TestCase("GPU-0a4ce1b7c05f2d96,0000:c3:00.0", "amd:0", "amd:1")]
    public async Task The_value_gives_exactly_its_GPUs(string value, params string[] ids) => await AssertExactlyAsync([$"AMD_VISIBLE_DEVICES={value}"], ids);

    [TestCase("none")]
    [TestCase("void")]
    [TestCase("")]
    public async Task Words_that_ask_for_nothing_start_the_container_without_a_node(string value) => await AssertExactlyAsync([$"AMD_VISIBLE_DEVICES={value}"]);

    [TestCase("7-9")]
    [TestCase("0,2")]
    [TestCase("3-1")]
    [TestCase("first")]
    [TestCase("0x1111111111111111")]
    [TestCase("GPU-93d04f5518a6be1d")]
    public async Task A_value_that_names_no_GPU_fails_the_start_and_says_what_the_host_has(string value)
    {
        var result = await Engine.RunAsync(Asking([$"AMD_VISIBLE_DEVICES={value}"], ["true"]));

        var line = ErrorLine.In(result.Error);
        Assert.Multiple(() =>
        {
            Assert.That(result.ExitCode, Is.Not.Zero);
            Assert.That(line, Does.Contain("AMD_VISIBLE_DEVICES"));
            Assert.That(line, Does.Contain("amd:0 (0xA4CE1B7C05F2D96, 0000:43:00.0)").And.Contain("amd:1 (0x93D04F5518A6BE1C, 0000:c3:00.0)"));
        });
    }

    [TestCase("NVIDIA_VISIBLE_DEVICES=all")]
    [TestCase("NVIDIA_VISIBLE_DEVICES=0")]
    [TestCase("INTEL_VISIBLE_DEVICES=all")]
    [TestCase("DOCKER_RESOURCE_NVIDIA=GPU-11111111-2222-3333-4444-555555555555")]
    [TestCase("DOCKER_RESOURCE_LICENCE=5")]
    public async Task What_speaks_of_other_vendors_changes_nothing(string other) => await AssertExactlyAsync(["AMD_VISIBLE_DEVICES=1", other], "amd:1");

    // Alone it would mean the GPUs that are there, as Docker's --gpus does.
    [TestCase("none")]
    [TestCase("void")]
    public async Task Beside_none_of_AMDs_an_images_variable_of_NVIDIAs_asks_for_nothing(string value) =>
        await AssertExactlyAsync([$"AMD_VISIBLE_DEVICES={value}", "NVIDIA_VISIBLE_DEVICES=all"]);

    [TestCase("DOCKER_RESOURCE_AMD_GPU=0xA4CE1B7C05F2D96", "amd:0")]
    [TestCase("DOCKER_RESOURCE_AMD_GPU=0x93D04F5518A6BE1C,0xA4CE1B7C05F2D96", "amd:0", "amd:1")]
    [TestCase("DOCKER_RESOURCE_GPU_COMPUTE=0x93D04F5518A6BE1C", "amd:1")]
    [TestCase("DOCKER_RESOURCE_COMPUTE=0x93D04F5518A6BE1C", "amd:1")]
    [TestCase("DOCKER_RESOURCE_AMD_GPU=1", "amd:0")]
    public async Task What_Swarm_reserved_takes_the_place_of_what_the_image_asks_for(string resource, params string[] ids)
    {
        await AssertExactlyAsync([resource], ids);
        await AssertExactlyAsync([resource, "AMD_VISIBLE_DEVICES=all"], ids);
    }

    private async Task AssertExactlyAsync(string[] variables, params string[] ids)
    {
        var nodes = Gpus.NodesOf(ids);

        var opened = await Engine.RunAsync(Asking(variables, Probe.Open(nodes.Append("/dev/null"))));
        var listed = await Engine.RunAsync(Asking(variables, Probe.ListNodes));

        Probe.AssertAllOpen(opened.EnsureSuccess(), nodes);
        Assert.That(listed.EnsureSuccess().Lines, Is.EquivalentTo(nodes));
    }
}

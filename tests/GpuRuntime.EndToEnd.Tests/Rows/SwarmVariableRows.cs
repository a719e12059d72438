using System.Text.Json.Nodes;
using GpuRuntime.TestHosts;

namespace GpuRuntime.EndToEnd.Tests.Rows;

/// <summary>DOCKER_RESOURCE_*, the variables in which Swarm says what a task has reserved. UUIDn stands for the UUID of GPU n.</summary>
public sealed class SwarmVariableRows : BundleFixture
{
    [TestCase("DOCKER_RESOURCE_NVIDIA-GPU=UUID3", 3)]
    [TestCase("DOCKER_RESOURCE_NVIDIA-GPU=UUID3,UUID0", 0, 3)]
    [TestCase("DOCKER_RESOURCE_GPU=UUID5", 5)]
    [TestCase("DOCKER_RESOURCE_ACCELERATOR=UUID5", 5)]
    [TestCase("DOCKER_RESOURCE_NVIDIA-GPU=UUID3 DOCKER_RESOURCE_GPU=UUID5", 3, 5)]
    [TestCase("DOCKER_RESOURCE_NVIDIA-GPU=UUID3 NVIDIA_VISIBLE_DEVICES=all", 3)]
    [TestCase("DOCKER_RESOURCE_NVIDIA-GPU=UUID3 NVIDIA_VISIBLE_DEVICES=7", 3)]
    [TestCase("DOCKER_RESOURCE_NVIDIA-GPU=UUID3 NVIDIA_VISIBLE_DEVICES=void", 3)]
    [TestCase("DOCKER_RESOURCE_NVIDIA-GPU=UUID3 NVIDIA_VISIBLE_DEVICES=none", 3)]
    [TestCase("DOCKER_RESOURCE_LICENCE=5 NVIDIA_VISIBLE_DEVICES=2", 2)]
    [TestCase("DOCKER_RESOURCE_LICENCE=seat-1,seat-2 NVIDIA_VISIBLE_DEVICES=2", 2)]
    [TestCase("DOCKER_RESOURCE_FPGA=2 DOCKER_RESOURCE_NVIDIA-GPU=UUID1 NVIDIA_VISIBLE_DEVICES=all", 1)]
    public async Task GPUs_by_UUID_are_exactly_those(string environment, params int[] indexes)
    {
        var result = await RunAsync(environment);

        Assert.That(result.EnsureSuccess().Lines, Is.EquivalentTo([.. HostNodes.OfGpus(Host, indexes), .. HostNodes.ForCompute]));
    }

    [TestCase("DOCKER_RESOURCE_GPU=1", 1)]
    [TestCase("DOCKER_RESOURCE_GPU=4", 4)]
    [TestCase("DOCKER_RESOURCE_NVIDIA-GPU=8", 8)]
    [TestCase("DOCKER_RESOURCE_gpu=2 NVIDIA_VISIBLE_DEVICES=all", 2)]
    public async Task A_count_gives_that_many(string environment, int count)
    {
        var result = await RunAsync(environment);

        Assert.That(result.EnsureSuccess().Lines.Intersect(HostNodes.OfAllGpus(Host)).Count(), Is.EqualTo(count), result.ToString());
    }

    [TestCase("DOCKER_RESOURCE_LICENCE=5")]
    [TestCase("DOCKER_RESOURCE_LICENCE=seat-1,seat-2")]
    [TestCase("DOCKER_RESOURCE_GPU=")]
    [TestCase("DOCKER_RESOURCE_SSD=1 DOCKER_RESOURCE_FPGA=a,b,c")]
    public async Task Resources_of_other_kinds_ask_for_nothing(string environment)
    {
        var id = NewId();
        var bundle = await CreateBundleAsync(id, environment);
        var before = BundleSnapshot.Of(bundle);

        var result = await Shim("--root", Bundles.StateRoot, "run", "--bundle", bundle.Directory, id).RunAsync();

        Assert.That(result.EnsureSuccess().Output.Trim(), Is.Empty);
        Assert.That(BundleSnapshot.Of(bundle), Is.EqualTo(before));
    }

    [TestCase("DOCKER_RESOURCE_NVIDIA-GPU=GPU-ffffffff-ffff-ffff-ffff-ffffffffffff", "GPU-ffffffff-ffff-ffff-ffff-ffffffffffff")]
    [TestCase("DOCKER_RESOURCE_NVIDIA-GPU=UUID0,gpu-of-another-node", "gpu-of-another-node")]
    [TestCase("DOCKER_RESOURCE_GPU=9", "9")]
    [TestCase("DOCKER_RESOURCE_AMD-GPU=1", "AMD")]
    public async Task A_GPU_that_the_host_lacks_fails_the_start_and_lists_the_ones_it_has(string environment, string named)
    {
        var result = await RunAsync(environment);

        var line = ErrorLine.In(result.Error);
        Assert.That(result.ExitCode, Is.EqualTo(1));
        Assert.That(line, Does.Contain("DOCKER_RESOURCE_").And.Contain(named));
        foreach (var gpu in Host.Gpus)
            Assert.That(line, Does.Contain(gpu.Uuid));
    }

    [Test]
    public async Task Only_the_variables_that_the_configuration_names_count()
    {
        var result = await RunAsync("DOCKER_RESOURCE_NVIDIA-GPU=UUID3 DOCKER_RESOURCE_POOL=UUID6 NVIDIA_VISIBLE_DEVICES=0", ["DOCKER_RESOURCE_POOL"]);

        Assert.That(result.EnsureSuccess().Lines, Is.EquivalentTo([.. HostNodes.OfGpus(Host, 6), .. HostNodes.ForCompute]));
    }

    [Test]
    public async Task A_variable_that_the_configuration_names_counts_GPUs_whatever_it_is_called()
    {
        var result = await RunAsync("DOCKER_RESOURCE_POOL=2", ["DOCKER_RESOURCE_POOL"]);

        Assert.That(result.EnsureSuccess().Lines.Intersect(HostNodes.OfAllGpus(Host)).Count(), Is.EqualTo(2), result.ToString());
    }

    [Test]
    public async Task An_empty_list_turns_them_off()
    {
        var result = await RunAsync("DOCKER_RESOURCE_NVIDIA-GPU=UUID3 NVIDIA_VISIBLE_DEVICES=0", []);

        Assert.That(result.EnsureSuccess().Lines, Is.EquivalentTo([.. HostNodes.OfGpus(Host, 0), .. HostNodes.ForCompute]));
    }

    private async Task<CommandResult> RunAsync(string environment, string[]? resources = null)
    {
        var id = NewId();
        var bundle = await CreateBundleAsync(id, environment);
        return await Shim("--root", Bundles.StateRoot, "run", "--bundle", bundle.Directory, id)
            .WithEnvironment("GPU_RUNTIME_CONFIG", resources is null ? Host.ConfigPath : Machine.WriteConfiguration($"{id}.json", json =>
                json["swarmResources"] = new JsonArray([.. resources]))).RunAsync();
    }

    private Task<Bundle> CreateBundleAsync(string id, string environment)
    {
        foreach (var gpu in Host.Gpus)
            environment = environment.Replace($"UUID{gpu.Index}", gpu.Uuid, StringComparison.Ordinal);
        return CreateBundleAsync(id, null, BundleEngine.DefaultOptions with { Env = [.. environment.Split(' ')] }, [.. Probe.ListNodes]);
    }
}

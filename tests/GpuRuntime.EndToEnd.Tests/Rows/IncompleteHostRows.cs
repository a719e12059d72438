using GpuRuntime.TestHosts;

namespace GpuRuntime.EndToEnd.Tests.Rows;

/// <summary>A host after boot: nodes that nobody made yet, and a GPU that the driver was told to leave out.</summary>
public sealed class IncompleteHostRows : BundleFixture
{
    private protected override SimulatedNvidiaHostOptions HostOptions => new()
    {
        MissingNodes = ["nvidia-uvm", "nvidia-uvm-tools", "nvidia-modeset"],
        ExcludedIndexes = [1],
    };

    [Test]
    public async Task Nodes_that_are_missing_on_the_host_are_there_in_the_container()
    {
        string[] nodes = [.. HostNodes.ForCompute, HostNodes.Modeset];

        var result = await RunAsync("0", [.. Probe.Open(nodes)]);

        Probe.AssertAllOpen(result, nodes);
    }

    [Test]
    public async Task An_excluded_GPU_has_no_index_and_no_container_gets_it()
    {
        var result = await RunAsync("all", [.. Probe.ListNodes]);

        Assert.That(result.EnsureSuccess().Lines, Is.SupersetOf(HostNodes.OfAllGpus(Host)).And.Not.Contain($"/dev/nvidia{Host.ExcludedGpus.Single().Minor}"));
    }

    [Test]
    public async Task Indexes_count_past_an_excluded_GPU()
    {
        var result = await RunAsync("1", [.. Probe.ListNodes]);

        Assert.That(result.EnsureSuccess().Lines.Intersect(HostNodes.OfAllGpus(Host)), Is.EqualTo(HostNodes.OfGpus(Host, 1)));
    }

    [Test]
    public async Task A_module_that_is_not_loaded_fails_the_start_and_says_how_to_load_it()
    {
        await using var machine = TestMachine.Create(new SimulatedNvidiaHostOptions { LoadedUvm = false }, EngineFactory.LowLevelRuntime(Kind));
        var id = NewId();
        var bundle = await CreateBundleAsync(id, "0", command: ["true"]);

        var result = await Shim("--root", Bundles.StateRoot, "run", "--bundle", bundle.Directory, id)
            .WithEnvironment("GPU_RUNTIME_CONFIG", machine.Host.ConfigPath).RunAsync();

        Assert.That(ErrorLine.In(result.Error), Does.Contain("modprobe nvidia-uvm").Or.Contain("modprobe nvidia_uvm"));
    }

    private async Task<CommandResult> RunAsync(string devices, params string[] command)
    {
        var id = NewId();
        var options = BundleEngine.DefaultOptions with { Env = ["NVIDIA_DRIVER_CAPABILITIES=compute,utility,display"] };
        var bundle = await CreateBundleAsync(id, devices, options, command);
        return await Shim("--root", Bundles.StateRoot, "run", "--bundle", bundle.Directory, id).RunAsync();
    }
}

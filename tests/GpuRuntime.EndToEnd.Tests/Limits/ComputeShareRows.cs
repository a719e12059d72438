using System.Text.Json.Nodes;
using GpuRuntime.EndToEnd.Tests.Vendors;

namespace GpuRuntime.EndToEnd.Tests.Limits;

/// <summary>Shares of compute units on GPUs that no hardware divides.</summary>
public sealed class ComputeShareRows() : LimitFixture(EngineKind.RuncOnCgroupV1)
{
    private TestMachine? _mixed;

    private TestMachine Mixed => _mixed!;

    [OneTimeSetUp]
    public void OpenHost() => _mixed = VendorHosts.Open(VendorHosts.ThreeVendors, EngineFactory.LowLevelRuntime(Kind));

    [OneTimeTearDown]
    public async Task CloseHostAsync() => await Mixed.DisposeAsync();

    [Test]
    public async Task AMDs_user_space_gets_a_mask_of_compute_units_for_each_GPU()
    {
        var one = await CreateAsync(Mixed, "device=amd:0,compute=50%");
        var both = await CreateAsync(Mixed, "device=amd:0,amd:1,compute=1%");

        // An MI210 has 104.
        Assert.That(one.Variable("HSA_CU_MASK"), Is.EqualTo("0:0-51"));
        Assert.That(one.Compute, Is.EqualTo(("50%", "cooperative")));
        Assert.That(both.Variable("HSA_CU_MASK"), Is.EqualTo("0:0-0;1:0-0"));
    }

    [Test]
    public async Task A_mask_of_the_images_own_gives_way()
    {
        var container = await CreateAsync(Mixed, "device=amd:0,compute=25%", static config => config["process"]!["env"]!.AsArray().Add("HSA_CU_MASK=0:0-103"));

        Assert.That(container.Variable("HSA_CU_MASK"), Is.EqualTo("0:0-25"));
    }

    [TestCase("device=nvidia:0,compute=50%", "it takes a MIG device, or MPS (limits.mps.pipeDirectory)")]
    [TestCase("device=intel:0,compute=50%", "Intel's driver has no such limit for a container")]
    [TestCase("all,compute=50%", "nvidia:0")]
    public async Task What_nothing_holds_is_refused(string request, string reason) =>
        Assert.That((await CreateAsync(Mixed, request)).Refusal, Does.Contain("GRT2007").And.Contain("limits.minimumComputeTier (cooperative)").And.Contain(reason));

    [Test]
    public async Task What_nothing_holds_is_a_word_to_the_container_where_the_admin_allows_that()
    {
        var config = Mixed.WriteConfiguration("advisory.json", static json => json["limits"] = new JsonObject { ["minimumComputeTier"] = "advisory" });

        var container = await CreateAsync(Mixed, "device=intel:0,compute=50%", config: config);

        Assert.That(container.Compute, Is.EqualTo(("50%", "advisory")));
        Assert.That(container.Annotation("gpu-runtime.io/compute-tier"), Is.EqualTo("advisory"));
    }

    [Test]
    public async Task A_mask_is_not_enough_where_the_admin_wants_hardware()
    {
        var config = Mixed.WriteConfiguration("hardware.json", static json => json["limits"] = new JsonObject { ["minimumComputeTier"] = "hardware" });

        Assert.That((await CreateAsync(Mixed, "device=amd:0,compute=50%", config: config)).Refusal, Does.Contain("GRT2007").And.Contain("limits.minimumComputeTier (hardware)"));
    }

    [Test]
    public async Task MPS_holds_where_its_daemon_runs_and_the_admin_says_so_with_a_stand_in_for_its_control_pipe()
    {
        var pipe = Directory.CreateDirectory(Machine.Directory.Combine("mps")).FullName;
        var memory = Directory.CreateDirectory(Machine.Directory.Combine("mps-shm")).FullName;
        var config = Mixed.WriteConfiguration("mps.json", json => json["limits"] = new JsonObject { ["mps"] = new JsonObject { ["pipeDirectory"] = pipe, ["sharedMemory"] = memory } });

        var without = await CreateAsync(Mixed, "device=nvidia:0,compute=50%", config: config);
        await File.WriteAllTextAsync(Path.Combine(pipe, "control"), "");
        var container = await CreateAsync(Mixed, "device=nvidia:0,compute=50%", config: config);

        Assert.That(without.Refusal, Does.Contain("GRT2007").And.Contain($"no MPS daemon runs in {pipe}"));
        Assert.That(container.Compute, Is.EqualTo(("50%", "cooperative")));
        Assert.That(container.Variable("CUDA_MPS_PIPE_DIRECTORY"), Is.EqualTo(pipe));
        Assert.That(container.Variable("CUDA_MPS_ACTIVE_THREAD_PERCENTAGE"), Is.EqualTo("50"));
        var mounts = container.Config["mounts"]!.AsArray().Select(static mount => $"{mount!["source"]} {mount["destination"]}").ToList();
        Assert.That(mounts, Does.Contain($"{pipe} {pipe}").And.Contain($"{memory} /dev/shm"));
    }
}

using System.Text.Json.Nodes;
using GpuRuntime.EndToEnd.Tests.Rows;
using GpuRuntime.TestHosts;

namespace GpuRuntime.EndToEnd.Tests.Freshness;

/// <summary>The runtime never depends on a file that can be stale: GPUs by their CDI names are those of the host as it is.</summary>
public sealed class StaleSpecRows : BundleFixture
{
    private const string GoneDriver = "535.104.05";

    private string SpecDirectory => Machine.Directory.Combine("cdi");

    [TestCase("nvidia.com/gpu=0", 0)]
    [TestCase("nvidia.com/gpu=0,nvidia.com/gpu=1", 0, 1)]
    [TestCase("nvidia.com/gpu=all", 0, 1)]
    public async Task A_specification_of_a_driver_that_is_gone_gives_the_present_one(string devices, params int[] indexes)
    {
        await WriteStaleAsync();

        var result = await RunAsync(devices);

        var files = InjectedFiles.In(result.EnsureSuccess());
        Assert.That(files.Paths, Does.Contain($"/usr/lib/x86_64-linux-gnu/libcuda.so.{Host.DriverVersion}"));
        Assert.That(files.Paths.Where(static path => path.Contains(GoneDriver, StringComparison.Ordinal)), Is.Empty);
        Assert.That(result.Lines.Where(static line => line.StartsWith("/dev/nvidia", StringComparison.Ordinal)), Is.EquivalentTo([.. HostNodes.OfGpus(Host, indexes), .. HostNodes.ForCompute]));
    }

    [Test]
    public async Task A_GPU_that_a_specification_still_has_and_the_host_has_not_fails_the_create()
    {
        await WriteStaleAsync();

        var result = await RunAsync("nvidia.com/gpu=2");

        Assert.That(result.ExitCode, Is.EqualTo(1), result.ToString());
        Assert.That(ErrorLine.In(result.Error), Does.Contain("nvidia.com/gpu=2"));
    }

    private protected override SimulatedNvidiaHostOptions HostOptions => new() { GpuCount = 2 };

    // What gpu-runtime wrote when there were three GPUs and another driver.
    private async Task WriteStaleAsync()
    {
        await using var former = TestMachine.Create(new SimulatedNvidiaHostOptions { GpuCount = 3, DriverVersion = GoneDriver });
        (await Shim("cdi", "generate", "--output", SpecDirectory).WithEnvironment(former.Environment).RunAsync()).EnsureSuccess();
    }

    private async Task<CommandResult> RunAsync(string devices)
    {
        var config = Machine.WriteConfiguration("with-specifications.json", json => json["cdi"] = new JsonObject { ["specDirs"] = new JsonArray(SpecDirectory) });
        var id = NewId();
        var bundle = await CreateBundleAsync(id, devices, null, "sh", "-c", "cat /proc/self/mountinfo; find /dev/nvidia* -type c");
        return await Shim("--root", Bundles.StateRoot, "run", "--bundle", bundle.Directory, id).WithEnvironment("GPU_RUNTIME_CONFIG", config).RunAsync();
    }
}

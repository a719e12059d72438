using System.Collections.Immutable;
using System.Text.Json.Nodes;
using GpuRuntime.EndToEnd.Tests.Prestart;
using GpuRuntime.EndToEnd.Tests.Rows;
using GpuRuntime.TestHosts;

namespace GpuRuntime.EndToEnd.Tests.Limits;

/// <summary>
/// The libraries in the driver's place, in a container of Docker's, with Debian's real driver behind them: by the shim, and by the hook alone. Whether
/// they hold a program to its limit is shown where they are tested by themselves; no test machine has a GPU.
/// </summary>
public sealed class CooperativeRows() : DockerHookFixture(EngineKind.DockerOnCgroupV1)
{
    private const string LibraryDirectory = "/usr/lib/x86_64-linux-gnu/nvidia/current";
    private const string DriverDirectory = "/usr/lib/gpu-runtime/driver";

    private readonly TestDirectory _packages = TestDirectory.Create();

    private protected override SimulatedNvidiaHostOptions HostOptions => new()
    {
        GpuCount = 2,
        DriverRootTemplate = NvidiaDriverPackages.Unpack(_packages.CreateSubdirectory("driver")).Directory,
        ExtraConfig = new JsonObject { ["limits"] = new JsonObject { ["minimumTier"] = "cooperative", ["overcommit"] = true } },
    };

    [OneTimeTearDown]
    public async Task DeletePackagesAsync() => await _packages.DisposeAsync();

    [TestCase(true)]
    [TestCase(false)]
    public async Task The_libraries_stand_in_the_drivers_place_and_need_the_drivers_own(bool byShim)
    {
        var script = $"""
            md5sum {LibraryDirectory}/libcuda.so.1 {LibraryDirectory}/libnvidia-ml.so.1 {DriverDirectory}/libcuda.so.1 {DriverDirectory}/libnvidia-ml.so.1 | cut -c1-32
            cat /run/gpu-runtime/limits
            stat -f -c %T /run/gpu-runtime/usage; stat -c %a /run/gpu-runtime/usage
            """;

        var result = await Docker.RunAsync(Limited(byShim, "sh", "-c", script));

        var gpu = Host.Gpus[0].PciAddress;
        Assert.That(result.EnsureSuccess().Lines, Is.EqualTo((string[])
        [
            await Md5Async(Own("libcuda.so.1")), await Md5Async(Own("libnvidia-ml.so.1")), await Md5Async(Driver("libcuda")), await Md5Async(Driver("libnvidia-ml")),
            $"memory {gpu} {2048L << 20}", "tmpfs", "1777",
        ]));
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task Programs_find_both_by_the_names_that_they_know(bool byShim)
    {
        var result = await Docker.RunAsync(Limited(byShim, "sh", "-c", $"LD_DEBUG=files exec {string.Join(' ', Probe.Load("libcuda.so.1", "libnvidia-ml.so.1", "libcuda.so"))} 2>&1"));

        Assert.That(result.ExitCode, Is.Zero, result.ToString());
        Assert.That(result.Output, Does.Contain($"calling init: {DriverDirectory}/libcuda.so.1").And.Contain($"calling init: {DriverDirectory}/libnvidia-ml.so.1"));
        Assert.That(result.Output, Does.Match($@"calling init: {LibraryDirectory}/libcuda\.so"));
    }

    [Test]
    public async Task Nvidia_smi_starts_behind_them()
    {
        var result = await Docker.RunAsync(Limited(true, "sh", "-c", "LD_DEBUG=files nvidia-smi 2>&1"));

        Assert.That(result.Output, Does.Contain($"calling init: {DriverDirectory}/libnvidia-ml.so.1").And.Contain("NVIDIA-SMI"), result.ToString());
    }

    [Test]
    public async Task The_shim_tells_the_container_what_it_is_held_by()
    {
        var result = await Docker.RunAsync(Limited(true, "sh", "-c", "echo $GPU_RUNTIME_MEMORY_LIMIT $GPU_RUNTIME_MEMORY_TIER"));

        Assert.That(result.EnsureSuccess().Output.Trim(), Is.EqualTo($"{2048L << 20} cooperative"));
    }

    [Test]
    public async Task A_program_cannot_write_the_limits()
    {
        var result = await Docker.RunAsync(Limited(true, "sh", "-c", "echo memory 0 > /run/gpu-runtime/limits; rm -f /run/gpu-runtime/limits; cat /run/gpu-runtime/limits"));

        Assert.That(result.Output.Trim(), Is.EqualTo($"memory {Host.Gpus[0].PciAddress} {2048L << 20}"), result.ToString());
    }

    private protected override ImmutableDictionary<string, string> Runtimes() =>
        ImmutableDictionary<string, string>.Empty.Add(RuntimeNames.GpuRuntime, Programs.GpuRuntime);

    private ContainerRequest Limited(bool byShim, params string[] command)
    {
        var request = byShim
            ? ContainerRequest.Of(Glibc, command).With("NVIDIA_VISIBLE_DEVICES", "0")
            : Gpus("device=0", Glibc, command);
        return request.With("NVIDIA_GPU_MEMORY_LIMIT", "2048");
    }

    private static string Own(string name) => Path.Combine(Path.GetDirectoryName(Path.GetDirectoryName(Programs.GpuRuntime)!)!, "lib/gpu-runtime/cooperative", name);

    private string Driver(string name) =>
        Directory.EnumerateFiles(Host.DriverRoot, $"{name}.so.{Host.DriverVersion}", SearchOption.AllDirectories).First(static path => path.Contains("x86_64", StringComparison.Ordinal));

    private static async Task<string> Md5Async(string path) => (await Command.Of("md5sum", path).RunAsync()).EnsureSuccess().Output[..32];
}

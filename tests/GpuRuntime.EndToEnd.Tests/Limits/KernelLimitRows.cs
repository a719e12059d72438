using System.Text.Json.Nodes;
using GpuRuntime.TestHosts;

namespace GpuRuntime.EndToEnd.Tests.Limits;

/// <summary>
/// Limits that NVIDIA's driver takes for a cgroup, from the request to the driver: the shim finds the function in the driver's library, runc calls
/// the agent. The library is a stand-in, as no test machine has such a driver.
/// </summary>
public sealed class KernelLimitRows() : LimitFixture(EngineKind.RuncOnCgroupV2)
{
    private StandInNvml? _nvml;
    private NvidiaMachine? _machine;

    private NvidiaMachine Modern => _machine!;

    [SetUp]
    public async Task InstallDriverAsync()
    {
        _machine = TestMachine.Create(new SimulatedNvidiaHostOptions { GpuCount = 2 }, EngineFactory.LowLevelRuntime(Kind));
        _nvml = await StandInNvml.CompileAsync(Modern.Directory.Combine("nvml"));
        _nvml.Begin([.. Modern.Host.Gpus.Select(static gpu => $"gpu {gpu.PciAddress}")]);
        InstallDriver(_nvml);
        HaveUnifiedHierarchy("cpu memory pids");
        Report(Modern, [.. Modern.Host.Gpus.Select(static gpu => $"gpu {gpu.PciAddress} {81559 * Mebibyte}")]);
    }

    [TearDown]
    public async Task TakeAwayAsync() => await Modern.DisposeAsync();

    [Test]
    public async Task The_driver_limits_the_containers_cgroup_with_a_stand_in_libnvidia_ml()
    {
        var container = await CreateAsync(Modern, "device=0,1,memory=2GB");

        Assert.That(container.Memory, Is.EqualTo(($"{1907 * Mebibyte}", "kernel")));
        Assert.That(_nvml!.Limits, Is.EqualTo(Modern.Host.Gpus.Select(gpu => $"set {gpu.PciAddress} {Cgroup(container)} 0 {1907 * Mebibyte}")));
        var hook = container.Config["hooks"]!["createRuntime"]!.AsArray().Single(static one => ((string)one!["path"]!).EndsWith("/gpu-runtime-agent", StringComparison.Ordinal))!;
        Assert.That(hook["env"]!.AsArray(), Is.Not.Empty);
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task The_hook_alone_has_the_driver_limit_it_too_with_a_stand_in_libnvidia_ml(bool takes)
    {
        if (!takes)
            _nvml!.Begin($"gpu {Modern.Host.Gpus[0].PciAddress}", $"fail {Modern.Host.Gpus[0].PciAddress} 4");
        var id = NewId();
        var request = ContainerRequest.Of(Busybox, "sleep", "60").With("NVIDIA_VISIBLE_DEVICES", "0").With("NVIDIA_GPU_MEMORY_LIMIT", "2048");
        var hook = new JsonObject
        {
            ["path"] = Programs.GpuRuntimeHook,
            ["args"] = new JsonArray("gpu-runtime-hook", "prestart"),
            ["env"] = new JsonArray($"GPU_RUNTIME_CONFIG={Modern.ConfigPath}"),
        };
        var bundle = await Bundles.CreateBundleAsync(id, request, BundleEngine.DefaultOptions with { Hooks = new JsonObject { ["createRuntime"] = new JsonArray(hook) } });

        var result = await Runc("--root", Bundles.StateRoot, "create", "--bundle", bundle.Directory, id).RunAsync();

        var cgroup = Cgroup(new LimitedContainer(id, bundle, result));
        Assert.That(_nvml!.Limits, Does.Contain($"set {Modern.Host.Gpus[0].PciAddress} {cgroup} 0 {2048 * Mebibyte}"), result.ToString());
        Assert.That(result.ExitCode == 0, Is.EqualTo(takes), result.ToString());
        if (!takes)
            Assert.That(result.Error, Does.Contain("GRT4005").And.Contain("cannot be limited to"));
        var held = (await Bundles.Complete(Command.Of(Programs.GpuRuntime, "allocations")).WithEnvironment(Modern.Environment).RunAsync()).EnsureSuccess().Output;
        Assert.That(held, takes ? Does.Contain(id).And.Contain("2048 MiB").And.Contain("kernel") : Does.Contain("No container holds a GPU"));
    }

    [Test]
    public async Task A_driver_that_refuses_fails_the_create_and_leaves_nothing_held_with_a_stand_in_libnvidia_ml()
    {
        _nvml!.Begin($"gpu {Modern.Host.Gpus[0].PciAddress}", $"fail {Modern.Host.Gpus[0].PciAddress} 4");

        var container = await CreateRefusedByRuntimeAsync("device=0,memory=2GB,mode=exclusive");
        _nvml.Begin([.. Modern.Host.Gpus.Select(static gpu => $"gpu {gpu.PciAddress}")]);
        var after = await CreateAsync(Modern, "device=0,memory=2GB,mode=exclusive");

        Assert.That(container.Result.ExitCode, Is.Not.Zero);
        Assert.That(container.Result.Error, Does.Contain("cannot be limited to"));
        Assert.That(after.Memory.Tier, Is.EqualTo("kernel"));
    }

    [Test]
    public async Task Limits_add_up_to_the_memory_of_the_GPU_with_a_stand_in_libnvidia_ml()
    {
        var most = await CreateAsync(Modern, "device=0,memory=60GiB");
        var tooMuch = await CreateAsync(Modern, "device=0,memory=30GiB");
        var fits = await CreateAsync(Modern, "device=0,memory=19GiB");
        var other = await CreateAsync(Modern, "count=1,memory=30GiB");
        var larger = await CreateAsync(Modern, "device=1,memory=100GiB");

        most.Result.EnsureSuccess();
        Assert.That(tooMuch.Refusal, Does.Contain("GRT2010").And.Contain("of whose 81559 MiB the limits of other containers take 61440 MiB").And.Contain("limits.overcommit"));
        fits.Result.EnsureSuccess();
        Assert.That(other.NodePaths, Does.Contain($"/dev/nvidia{Modern.Host.Gpus[1].Minor}"), "a count takes the GPU that has room");
        Assert.That(larger.Refusal, Does.Contain("GRT2010").And.Contain("102400 MiB of nvidia:1, which has 81559 MiB"));
    }

    [Test]
    public async Task Without_the_function_the_tier_is_missing_and_the_sentence_says_every_reason_with_a_stand_in_libnvidia_ml()
    {
        var old = await StandInNvml.CompileAsync(Modern.Directory.Combine("old-nvml"), "WITHOUT_LIMITS");
        InstallDriver(old);

        var refused = await CreateAsync(Modern, "device=0,memory=2GB");

        Assert.That(refused.Refusal, Does.Contain("GRT2007: GPU_RUNTIME_GPUS: nothing here can hold the container to 1907 MiB of nvidia:0 as strongly as limits.minimumTier (watchdog) wants.")
            .And.Contain("hardware: nvidia:0 is a whole GPU")
            .And.Contain("has no nvmlDeviceSetMemoryLimits_v1 (driver r615 or newer)")
            .And.Contain("watchdog: gpu-runtime-agent is not running"));
    }

    [Test]
    public async Task On_cgroup_version_1_the_tier_is_missing_with_a_stand_in_libnvidia_ml()
    {
        File.Delete(Path.Combine(Modern.Host.SysRoot, "fs/cgroup/cgroup.controllers"));

        Assert.That((await CreateAsync(Modern, "device=0,memory=2GB")).Refusal, Does.Contain("GRT2007").And.Contain("kernel: cgroup version 2 is not mounted at"));
    }

    // Here it is runc that fails, after config.json was edited.
    private async Task<LimitedContainer> CreateRefusedByRuntimeAsync(string gpus)
    {
        var id = NewId();
        var bundle = await Bundles.CreateBundleAsync(id, ContainerRequest.Of(Busybox, "sleep", "60").With("GPU_RUNTIME_GPUS", gpus));
        return new LimitedContainer(id, bundle, await Shim("--root", Bundles.StateRoot, "create", "--bundle", bundle.Directory, id).WithEnvironment(Modern.Environment).RunAsync());
    }

    // Made anew: the file may be one that other hosts' drivers share.
    private void InstallDriver(StandInNvml library)
    {
        var path = Path.Combine(Modern.Host.DriverRoot, "usr/lib/x86_64-linux-gnu", $"libnvidia-ml.so.{Modern.Host.DriverVersion}");
        File.Delete(path);
        File.Copy(library.Library, path);
    }

    private string Cgroup(LimitedContainer container) => $"/sys/fs/cgroup/{Path.GetFileName(Machine.Directory.FullPath)}/{container.Id}";

    private void HaveUnifiedHierarchy(string controllers)
    {
        Directory.CreateDirectory(Path.Combine(Modern.Host.SysRoot, "fs/cgroup"));
        File.WriteAllText(Path.Combine(Modern.Host.SysRoot, "fs/cgroup/cgroup.controllers"), controllers + "\n");
    }
}

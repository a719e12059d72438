using GpuRuntime.TestHosts;

namespace GpuRuntime.EndToEnd.Tests.Limits;

/// <summary>The watchdog on NVIDIA's GPUs, whose driver tells of processes by NVML alone (stand-in-nvml-processes.c stands in for it).</summary>
public sealed class WatchdogNvidiaRows() : WatchdogFixture(EngineKind.RuncOnCgroupV1)
{
    private const string OneGibibyteOfNvidia0 = "nvidia:0,memory=1GiB";

    private string Use => Machine.Directory.Combine("nvml-use");

    private string Gpu0 => Host.NvidiaGpus[0].PciAddress;

    private string Gpu1 => Host.NvidiaGpus[1].PciAddress;

    private protected override SimulatedHostOptions Options => ReadyHosts.ThreeVendors;

    [SetUp]
    public void Begin() => Tell();

    [Test]
    public async Task A_container_that_stays_above_its_limit_is_killed_with_a_stand_in_libnvidia_ml()
    {
        var agent = await StartAgentAsync();
        Assert.That(agent.Events[0]["vendors"]!.ToJsonString(), Is.EqualTo("""["nvidia","amd","intel"]"""));
        var other = await RunAsync(OneGibibyteOfNvidia0);
        var container = await RunAsync(OneGibibyteOfNvidia0);

        Tell(
            $"process {Gpu0} {other.Pid} {Limit}", $"process {Gpu1} {other.Pid} {Above}",
            $"process {Gpu0} {container.Processes[0]} {Limit}", $"process {Gpu0} {container.Processes[1]} 4096");
        await agent.KilledAsync(container.Id);

        Assert.That(((string?)agent.Kills.Single()["unit"], (long)agent.Kills[0]["usedBytes"]!), Is.EqualTo(("nvidia:0", Above)));
        Assert.That(() => container.IsRunning, Is.False.After(20_000, 20));
        Assert.That(other.IsRunning, Is.True);
    }

    [Test]
    public async Task A_process_of_unknown_use_is_said_once_and_kills_nobody_with_a_stand_in_libnvidia_ml()
    {
        var agent = await StartAgentAsync();
        var container = await RunAsync(OneGibibyteOfNvidia0);
        var witness = await RunAsync(OneGibibyteOfNvidia0);

        Tell($"unknown {Gpu0} {container.Pid}", $"process {Gpu0} {witness.Pid} {Above}");
        await agent.KilledAsync(witness.Id);

        Assert.That(container.IsRunning, Is.True);
        Assert.That(agent.Warnings.Count(line => line.Contains($"{container.Id} uses of nvidia:0 is not known", StringComparison.Ordinal)), Is.EqualTo(1));
    }

    [Test]
    public async Task A_GPU_that_hangs_does_not_keep_the_others_from_being_watched_with_a_stand_in_libnvidia_ml()
    {
        var agent = await StartAgentAsync();
        var hanging = await RunAsync(OneGibibyteOfNvidia0);
        var second = await RunAsync("nvidia:1,memory=1GiB");
        var third = await RunAsync("amd:0,memory=1GiB");

        Tell($"hang {Gpu0}", $"process {Gpu1} {second.Pid} {Above}");
        await agent.WarnedAsync($"{hanging.Id} uses of nvidia:0 is not known, so that its limit does not hold: the driver does not answer");
        TellKfd(third.Pid, Amd0, Above);
        await agent.KilledAsync(second.Id);
        await agent.KilledAsync(third.Id);

        Assert.That(hanging.IsRunning, Is.True);
        Assert.That(await agent.StopAsync(), Is.Zero);
    }

    [Test]
    public async Task A_driver_that_does_not_answer_is_no_vendor_that_is_watched_with_a_stand_in_libnvidia_ml()
    {
        await File.AppendAllTextAsync(Use, "init 9\n");

        var agent = await StartAgentAsync();

        Assert.That(agent.Events[0]["vendors"]!.ToJsonString(), Is.EqualTo("""["amd","intel"]"""));
        Assert.That(agent.Warnings.Single(), Does.Contain("The memory of NVIDIA's GPUs cannot be measured by ").And.Contain("Driver Not Loaded (NVML error 9)"));
        var id = NewId();
        var bundle = await CreateBundleAsync(id, null, BundleEngine.DefaultOptions with { Env = [$"GPU_RUNTIME_GPUS={OneGibibyteOfNvidia0}"] }, "true");
        var result = await Shim("--root", Bundles.StateRoot, "create", "--bundle", bundle.Directory, id).RunAsync();
        Assert.That(result.Error, Does.Contain("GRT2007").And.Contain("gpu-runtime-agent cannot measure the memory of NVIDIA's GPUs here"));
    }

    private protected override async Task PrepareAsync()
    {
        await base.PrepareAsync();
        var library = Machine.Directory.Combine("libnvidia-ml.so.1");
        (await Command.Of(
            Programs.Engine("gcc"), "-std=gnu11", "-O1", "-Wall", "-Wextra", "-Werror", "-D_GNU_SOURCE", "-shared", "-fPIC", $"-DUSE=\"{Use}\"",
            "-Wl,-soname,libnvidia-ml.so.1", "-o", library, Path.Combine(AppContext.BaseDirectory, "Limits", "stand-in-nvml-processes.c")).RunAsync()).EnsureSuccess();
        foreach (var file in Directory.GetFiles(Host.DriverRoot, $"libnvidia-ml.so.{Host.DriverVersion}", SearchOption.AllDirectories).Where(static path => path.Contains("x86_64", StringComparison.Ordinal)))
        {
            File.Delete(file);
            File.Copy(library, file);
        }
    }

    private void Tell(params string[] lines)
    {
        File.WriteAllLines(Use + ".new", [$"gpu {Gpu0}", $"gpu {Gpu1}", .. lines]);
        File.Move(Use + ".new", Use, overwrite: true);
    }
}

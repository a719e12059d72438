using GpuRuntime.TestHosts;

namespace GpuRuntime.EndToEnd.Tests.Limits;

/// <summary>`gpu-runtime-agent limit` as runc starts it for a container with a cgroup of version 2, and by itself.</summary>
public sealed class AgentLimitRows() : AgentLimitFixture(EngineKind.RuncOnCgroupV2)
{
    [Test]
    public async Task The_limit_holds_before_the_containers_program_runs_with_a_stand_in_libnvidia_ml()
    {
        var id = NewId();
        var bundle = await CreateBundleAsync(id, null, WithHook(LibraryOption, Option()), "cat", "/nvml/record");

        var result = await Runc("--root", Bundles.StateRoot, "run", "--bundle", bundle.Directory, id).RunAsync();

        // The program of the container is not there yet: what is in the cgroup is runc's own.
        Assert.That(result.EnsureSuccess().Lines, Is.EqualTo((string[])
        [
            "init with 0 variables",
            $"set {Gpu} {Directory(id)} 0 {Limit}",
            "process runc:[2:INIT]",
            $"get {Gpu} {Directory(id)}",
            "shutdown",
        ]));
    }

    [Test]
    public async Task A_container_whose_limit_cannot_be_set_does_not_start_with_a_stand_in_libnvidia_ml()
    {
        Nvml.Begin($"gpu {Gpu}", $"fail {Gpu} 4");
        var id = NewId();
        var bundle = await CreateBundleAsync(id, null, WithHook(LibraryOption, Option()), "echo", "started");

        var result = await Runc("--root", Bundles.StateRoot, "run", "--bundle", bundle.Directory, id).RunAsync();

        Assert.That(result.ExitCode, Is.Not.Zero);
        Assert.That(result.Output, Does.Not.Contain("started"));
        Assert.That(result.Error, Does.Contain($"GRT4005: GPU {Gpu} cannot be limited to {Limit} bytes").And.Contain("Insufficient Permissions"));
    }

    [Test]
    public async Task A_driver_that_hangs_holds_the_container_up_for_the_hooks_time_and_leaves_nothing_with_a_stand_in_libnvidia_ml()
    {
        Nvml.Begin($"gpu {Gpu}", "hang");
        var id = NewId();
        var bundle = await CreateBundleAsync(id, null, WithHook(LibraryOption, Option()), "echo", "started");

        var result = await Runc("--root", Bundles.StateRoot, "run", "--bundle", bundle.Directory, id).RunAsync();

        Assert.That((result.ExitCode, result.Output), Is.EqualTo((1, "")), result.ToString());
        Assert.That(result.Error, Does.Contain("hook ran past specified timeout").Or.Contain("signal: killed"));
        Assert.That(Nvml.Limits, Has.Length.EqualTo(1), "the call that hangs");
        Assert.That((await Runc("--root", Bundles.StateRoot, "state", id).RunAsync()).ExitCode, Is.Not.Zero, "runc has no such container");
        // The library is a file of this test alone.
        Assert.That(() => PrivateProcesses.Find(Nvml.Directory), Is.Empty.After(5000, 50));
    }

    [Test]
    public async Task Each_GPU_has_the_limit_of_its_own_with_a_stand_in_libnvidia_ml()
    {
        var (id, state) = await CreateContainerAsync();

        var result = await RunAgentAsync(state, LibraryOption, Option(), Option("00000000:86:00.0", 5_000_000_000));

        Assert.That((result.ExitCode, result.Output, result.Error), Is.EqualTo((0, "", "")));
        Assert.That(Nvml.Limits, Is.EqualTo((string[])[$"set {Gpu} {Directory(id)} 0 {Limit}", $"set {OtherGpu} {Directory(id)} 0 5000000000"]));
    }

    [Test]
    public async Task When_one_of_two_GPUs_cannot_be_limited_the_other_is_free_again_with_a_stand_in_libnvidia_ml()
    {
        Nvml.Begin($"gpu {Gpu}", $"gpu {OtherGpu}", $"fail {OtherGpu} 999");
        var (id, state) = await CreateContainerAsync();

        var result = await RunAgentAsync(state, LibraryOption, Option(), Option(OtherGpu));

        AssertRefused(result, "GRT4005", $"GPU {OtherGpu} cannot be limited to {Limit} bytes", "NVML error 999");
        Assert.That(Nvml.Limits, Is.EqualTo((string[])
            [$"set {Gpu} {Directory(id)} 0 {Limit}", $"set {OtherGpu} {Directory(id)} 0 {Limit}", $"set {Gpu} {Directory(id)} 0 {ulong.MaxValue}"]));
    }

    [Test]
    public async Task A_limit_that_cannot_be_taken_back_is_told_with_a_stand_in_libnvidia_ml()
    {
        Nvml.Begin($"gpu {Gpu}", $"gpu {OtherGpu}", $"fail {OtherGpu} 3", "stuck 999");
        var (id, state) = await CreateContainerAsync();

        var result = await RunAgentAsync(state, LibraryOption, Option(), Option(OtherGpu));

        AssertRefused(result, "GRT2007", $"GPU {OtherGpu} cannot be limited", "Not Supported", $"The limit on GPU {Gpu} stays until the cgroup {Directory(id)} is deleted");
    }

    [TestCase("forget", "says that there is none")]
    [TestCase("hard 18446744073709551615", "says that it is 18446744073709551615")]
    [TestCase("hard 2147483649", "says that it is 2147483649")]
    [TestCase("hard 1073741824", "says that it is 1073741824")]
    [TestCase("hard 0", "says that it is 0")]
    [TestCase("soft 1048576", "(soft limit 1048576)")]
    public async Task A_limit_that_the_driver_takes_and_does_not_keep_is_refused_and_taken_back_with_a_stand_in_libnvidia_ml(string lie, string words)
    {
        Nvml.Begin($"gpu {Gpu}", lie);
        var (id, state) = await CreateContainerAsync();

        var result = await RunAgentAsync(state, LibraryOption, Option());

        AssertRefused(result, "GRT2007", $"The limit on GPU {Gpu} does not hold", words);
        Assert.That(Nvml.Limits[^1], Is.EqualTo($"set {Gpu} {Directory(id)} 0 {ulong.MaxValue}"));
    }

    [TestCase(4096)]
    [TestCase(2 << 20)]
    public async Task A_limit_that_the_driver_rounds_down_to_its_pages_holds_with_a_stand_in_libnvidia_ml(int page)
    {
        Nvml.Begin($"gpu {Gpu}", $"page {page}");
        var (_, state) = await CreateContainerAsync();

        var result = await RunAgentAsync(state, LibraryOption, Option(Gpu, 2_000_000_000));

        Assert.That((result.ExitCode, result.Error), Is.EqualTo((0, "")));
    }

    [Test]
    public async Task A_GPU_in_MIG_mode_is_refused_before_any_is_limited_with_a_stand_in_libnvidia_ml()
    {
        Nvml.Begin($"gpu {Gpu}", $"gpu {OtherGpu}", $"mig {OtherGpu}");
        var (_, state) = await CreateContainerAsync();

        AssertRefused(await RunAgentAsync(state, LibraryOption, Option(), Option(OtherGpu)), "GRT2007", $"GPU {OtherGpu}", "MIG mode");
        Assert.That(Nvml.Limits, Is.Empty);
    }

    [Test]
    public async Task A_GPU_that_the_driver_does_not_have_is_named_with_a_stand_in_libnvidia_ml()
    {
        var (_, state) = await CreateContainerAsync();

        AssertRefused(await RunAgentAsync(state, LibraryOption, Option(), Option("0000:01:00.0")), "GRT4005", "GPU 0000:01:00.0 cannot be found", "Not Found");
        Assert.That(Nvml.Limits, Is.Empty);
    }

    [Test]
    public async Task A_driver_that_cannot_limit_is_told_by_what_its_library_lacks_with_a_stand_in_libnvidia_ml()
    {
        var older = await StandInNvml.CompileAsync(Machine.Directory.Combine("older"), "WITHOUT_LIMITS");
        var (_, state) = await CreateContainerAsync();

        AssertRefused(await RunAgentAsync(state, $"--library={older.Library}", Option()), "GRT2007", older.Library, "nvmlDeviceSetMemoryLimits_v1", "615");
        Assert.That(older.Record, Is.Empty);
    }

    [Test]
    public async Task Debians_driver_cannot_limit_and_is_not_loaded_to_find_that_out()
    {
        NvidiaDriverPackages driver;
        try
        {
            driver = NvidiaDriverPackages.Unpack(Machine.Directory.Combine("debian"));
        }
        catch (TestResourceUnavailableException unavailable)
        {
            Assert.Ignore(unavailable.Reason);
            throw;
        }

        var library = System.IO.Directory.GetFiles(driver.Directory, $"libnvidia-ml.so.{driver.DriverVersion}", SearchOption.AllDirectories)[0];
        var (_, state) = await CreateContainerAsync();

        AssertRefused(await RunAgentAsync(state, $"--library={library}", Option()), "GRT2007", library, "nvmlDeviceSetMemoryLimits_v1");
    }

    [Test]
    public async Task A_driver_that_is_not_loaded_is_told_with_a_stand_in_libnvidia_ml()
    {
        Nvml.Begin("init 9");
        var (_, state) = await CreateContainerAsync();

        AssertRefused(await RunAgentAsync(state, LibraryOption, Option()), "GRT4005", "nvmlInit_v2", "NVML error 9", Nvml.Library);
    }

    [Test]
    public async Task A_process_without_a_cgroup_of_its_own_is_refused_with_a_stand_in_libnvidia_ml()
    {
        using var process = Command.Of("unshare", "--mount", "sleep", "60").Start(Machine.Directory.Combine("sleep"));
        try
        {
            // unshare has become sleep once the namespace is another.
            Assert.That(() => new FileInfo($"/proc/{process.Id}/ns/mnt").LinkTarget, Is.Not.EqualTo(new FileInfo("/proc/self/ns/mnt").LinkTarget).After(10_000, 20));
            var state = Machine.Directory.Combine("root.json");
            await File.WriteAllTextAsync(state, $$"""{"ociVersion":"1.0.2","id":"c","pid":{{process.Id}},"bundle":"/b"}""");

            AssertRefused(await RunAgentAsync(state, LibraryOption, Option()), "GRT2007", $"Process {process.Id} is in the cgroup /sys/fs/cgroup", "not its container's alone");
            Assert.That(Nvml.Record, Is.Empty);
        }
        finally
        {
            process.Kill();
        }
    }
}

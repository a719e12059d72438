namespace GpuRuntime.Linux.Tests.Cooperative;

/// <summary>What becomes of the limit where a file is missing, wrong or scribbled on, and that nothing of the program's own turns it off.</summary>
public sealed class KeptLimitTests : CooperativeFixture
{
    private const string Consequence = "This container's GPU memory limit cannot be kept, so its programs get no GPU memory.";

    [TestCase("memory 0000:3b:00.0")]
    [TestCase("memory 0000:3b:00.0 0")]
    [TestCase("memory 0000:3b:00.0 1g")]
    [TestCase("memory 0000:3b:00.0 99999999999999999999")]
    [TestCase("memory 0000:3b:00.0 1048576 5")]
    [TestCase("memory 0000:3b:00.0\t1048576")]
    [TestCase(" memory 0000:3b:00.0 1048576")]
    [TestCase("memory 0000:3b:00.0 1048576\r")]
    [TestCase("memory 3b:00.0 1048576")]
    [TestCase("memory")]
    public void A_limits_file_that_does_not_read_as_one_means_no_memory_and_says_so_once_with_a_stand_in_driver(string line)
    {
        using var container = LimitedContainer.Create("comment of a later version\n" + line + "\n");

        var (_, output, error) = container.Try([],
            ["/bin/client", "dlsym", "gpu", "0", "cuMemCreate", "512", "cuDevicePrimaryCtxRetain", "0", "gpu", "2", "cuMemCreate", "512"]);

        Assert.That(output, Is.EqualTo("cuMemCreate 512 = 2\ncuDevicePrimaryCtxRetain 0 = 2\ncuMemCreate 512 = 2\n"));
        Assert.That(error,
            Does.StartWith("gpu-runtime: /run/gpu-runtime/limits: its line 2 is not \"memory <PCI address> <bytes>\" for one more GPU. " + Consequence));
        Assert.That(error.Split('\n'), Has.Length.EqualTo(2));
    }

    [Test]
    public void A_GPU_with_two_lines_means_no_memory_with_a_stand_in_driver()
    {
        using var container = LimitedContainer.Create("memory 0000:3b:00.0 1048576\nmemory 00000000:3B:00.0 2097152\n");

        var (_, output, error) = container.Try([], ["/bin/client", "dlsym", "gpu", "0", "cuMemCreate", "512"]);

        Assert.That(output, Is.EqualTo("cuMemCreate 512 = 2\n"));
        Assert.That(error, Does.Contain("its line 2"));
    }

    [Test]
    public void A_limits_file_that_is_missing_means_no_memory_with_a_stand_in_driver()
    {
        using var container = LimitedContainer.Create(limits: null);

        var (_, output, error) = container.Try([], ["/bin/client", "dlsym", "gpu", "0", "cuMemCreate", "512"]);

        Assert.That(output, Is.EqualTo("cuMemCreate 512 = 2\n"));
        Assert.That(error, Does.StartWith("gpu-runtime: /run/gpu-runtime/limits: No such file or directory. " + Consequence));
    }

    [Test]
    public void Lines_of_later_versions_are_passed_over_with_a_stand_in_driver()
    {
        using var container = LimitedContainer.Create("compute 0000:3b:00.0 50\n\nmemoryx 1\nmemory 0000:3b:00.0 1048576");

        string[] told = ["cuMemAlloc_v2 1048577 = 2", "cuMemAlloc_v2 1048576 = 0"];
        Assert.That(container.Client("device 0 cuMemAlloc_v2 1048577 cuMemAlloc_v2 1048576"), Is.EqualTo(told));
    }

    [TestCase("directory", "Is a directory")]
    [TestCase("link", "Too many levels of symbolic links")]
    public void Accounts_that_cannot_be_opened_mean_no_memory_on_a_limited_GPU_with_a_stand_in_driver(string instead, string why)
    {
        var (_, output, error) = Container.Try([], ["/bin/client", "dlsym", instead, "gpu", "0", "cuMemCreate", "512", "gpu", "2", "cuMemCreate", "512"]);

        Assert.That(output, Is.EqualTo($"{instead} = 0\ncuMemCreate 512 = 2\ncuMemCreate 512 = 0\n"));
        Assert.That(error, Does.StartWith($"gpu-runtime: /run/gpu-runtime/usage/memory: {why}. " + Consequence));
    }

    [TestCase("numbers")]
    [TestCase("cut")]
    [TestCase("short")]
    public void Accounts_that_were_scribbled_on_or_cut_off_are_right_again_with_the_owners_next_call_with_a_stand_in_driver(string how)
    {
        var lines = Container.Client(
            $"device 0 cuMemAlloc_v2 300000 program ( scribble {how} ) cuMemAlloc_v2 300000 info nvml 0 "
            + "program ( device 0 info cuMemAlloc_v2 655360 cuMemAlloc_v2 300000 ) truth");

        Assert.That(lines, Is.EqualTo(new[]
        {
            "cuMemAlloc_v2 300000 = 0", $"scribbled {how}", "cuMemAlloc_v2 300000 = 0", Info(448576), Nvml(600000), Info(448576),
            "cuMemAlloc_v2 655360 = 2", "cuMemAlloc_v2 300000 = 0", "truth 600000 most 900000",
        }));
    }

    [TestCase("random")]
    [TestCase("ones")]
    public void Accounts_that_are_no_accounts_any_more_let_nobody_new_in_and_stop_nobody_who_is_in_with_a_stand_in_driver(string how)
    {
        var (status, output, error) = Container.Try([],
        [
            "/bin/client", "dlsym", "device", "0", "cuMemAlloc_v2", "655360", "program", "(", "scribble", how, ")", "cuMemAlloc_v2", "655360", "free",
            "cuMemAlloc_v2", "655360", "program", "(", "gpu", "0", "cuMemCreate", "512", ")",
        ]);

        Assert.That(status, Is.Zero);
        Assert.That(output, Is.EqualTo(
            $"cuMemAlloc_v2 655360 = 0\nscribbled {how}\ncuMemAlloc_v2 655360 = 2\nfree = 0\ncuMemAlloc_v2 655360 = 0\ncuMemCreate 512 = 2\n"));
        Assert.That(error, Does.StartWith("gpu-runtime: /run/gpu-runtime/usage/memory: it is of another version, or something else wrote to it. " + Consequence));
    }

    [Test]
    public void Accounts_that_were_deleted_are_made_anew_with_all_that_is_held_with_a_stand_in_driver()
    {
        var lines = Container.Client("device 0 cuMemAlloc_v2 655360 program ( unlink ) info program ( device 0 info cuMemAlloc_v2 655360 ) nvml 0");

        Assert.That(lines, Is.EqualTo(new[]
        {
            "cuMemAlloc_v2 655360 = 0", "unlink = 0", Info(393216), Info(393216), "cuMemAlloc_v2 655360 = 2", Nvml(655360),
        }));
    }

    [Test]
    public void No_variable_of_the_environment_changes_a_limit_or_turns_it_off_with_a_stand_in_driver()
    {
        string[] environment =
        [
            "CUDA_DISABLE_CONTROL=true", "CUDA_DEVICE_MEMORY_LIMIT=100g", "CUDA_DEVICE_MEMORY_LIMIT_0=100g", "CUDA_OVERSUBSCRIBE=true",
            "GPU_RUNTIME_MEMORY=100GiB", "GPU_RUNTIME_CONFIG=/dev/null", "GPU_RUNTIME_LIMITS=/dev/null", "NVIDIA_GPU_MEMORY_LIMIT=100000",
        ];

        var (_, output, _) = Container.Try(environment, ["/bin/client", "dlsym", "device", "0", "cuMemAlloc_v2", "1048577", "info"]);

        Assert.That(output, Is.EqualTo($"cuMemAlloc_v2 1048577 = 2\n{Info(1 << 20)}\n"));
    }

    [Test]
    public void A_program_that_is_linked_against_the_driver_is_limited_and_told_of_functions_that_an_old_driver_lacks_with_a_stand_in_driver()
    {
        Container.Copy(Path.Combine(CooperativePrograms.OldDriver, "libcuda.so.1"), "usr/lib/gpu-runtime/driver");

        var (status, output, error) = Container.Try([], ["/bin/linked"]);

        Assert.That(status, Is.Zero, error);
        Assert.That(output, Is.EqualTo("""
            600 KiB = 0
            600 KiB = 2
            info = 0: free 434176 total 1048576
            nvml: total 1048576 used 614400
            free = 0
            1 MiB = 0
            green context = 500

            """));
    }

    [TestCase("cuNothing", "0 status 1 address none")]
    [TestCase("cuMemAlloc_v2", "0 status 1 address none")]
    [TestCase("cuDriverGetVersion", "0 status 0 address some")]
    public void Names_that_the_driver_does_not_know_get_the_drivers_own_answer_with_a_stand_in_driver(string name, string answer) =>
        Assert.That(Container.Client($"missing {name}"), Is.EqualTo(new[] { $"{name} = {answer}" }));
}

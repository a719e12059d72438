namespace GpuRuntime.Linux.Tests.Cooperative;

/// <summary>One limit for all of a container's processes, however they come and go.</summary>
public sealed class SharedLimitTests : CooperativeFixture
{
    [Test]
    public void Two_processes_share_the_limit_and_the_dead_ones_share_is_free_again_with_a_stand_in_driver()
    {
        var lines = Container.Client("device 0 start ( device 0 cuMemAlloc_v2 655360 wait ) cuMemAlloc_v2 655360 info nvml 0 kill cuMemAlloc_v2 655360 info truth");

        Assert.That(lines, Is.EqualTo(new[]
        {
            "cuMemAlloc_v2 655360 = 0", "cuMemAlloc_v2 655360 = 2", Info(393216), Nvml(655360), "cuMemAlloc_v2 655360 = 0", Info(393216),
            "truth 655360 most 655360",
        }));
    }

    [Test]
    public void A_killed_processes_share_is_shown_as_free_before_anybody_asks_for_it_with_a_stand_in_driver()
    {
        var lines = Container.Client("device 0 start ( device 0 cuMemAlloc_v2 655360 wait ) info kill info nvml 0");

        Assert.That(lines, Is.EqualTo(new[] { "cuMemAlloc_v2 655360 = 0", Info(393216), Info(1 << 20), Nvml(0) }));
    }

    [Test]
    public void A_forks_child_starts_with_nothing_and_its_parents_memory_stays_counted_with_a_stand_in_driver()
    {
        var lines = Container.Client(
            "device 0 cuMemAlloc_v2 655360 fork ( device 0 info cuMemAlloc_v2 655360 cuMemAlloc_v2 300000 info ) info cuMemAlloc_v2 300000 free free info");

        Assert.That(lines, Is.EqualTo(new[]
        {
            "cuMemAlloc_v2 655360 = 0", Info(393216), "cuMemAlloc_v2 655360 = 2", "cuMemAlloc_v2 300000 = 0", Info(93216), Info(393216),
            "cuMemAlloc_v2 300000 = 0", "free = 0", "free = 0", Info(1 << 20),
        }));
    }

    [Test]
    public void A_childs_free_of_its_parents_pointer_gives_nothing_back_with_a_stand_in_driver()
    {
        var lines = Container.Client("device 0 cuMemAlloc_v2 655360 fork ( device 0 free info ) info");

        Assert.That(lines[2..], Is.EqualTo(new[] { Info(393216), Info(393216) }));
    }

    [Test]
    public void A_killed_process_gives_its_share_back_though_a_forked_child_of_it_lives_on_with_a_stand_in_driver()
    {
        var lines = Container.Client(
            "device 0 start ( device 0 cuMemAlloc_v2 655360 leave ( cuDriverGetVersion ) wait ) info kill info cuMemAlloc_v2 655360");

        Assert.That(lines, Is.EqualTo(new[] { "cuMemAlloc_v2 655360 = 0", Info(393216), Info(1 << 20), "cuMemAlloc_v2 655360 = 0" }));
    }

    [Test]
    public void Processes_killed_at_any_moment_leave_nothing_behind_and_the_limit_is_never_passed_with_a_stand_in_driver()
    {
        var lines = Container.Client("device 0 storm 60 ( device 0 forever 100000 ) info truth cuMemAlloc_v2 1048576");

        Assert.That(lines[..2], Is.EqualTo(new[] { "killed 180", Info(1 << 20) }));
        Assert.That(Most(lines[2]), Is.InRange(100000, 1 << 20));
        Assert.That(lines[3], Is.EqualTo("cuMemAlloc_v2 1048576 = 0"));
    }

    [Test]
    public void Processes_that_race_for_the_last_block_never_pass_the_limit_with_a_stand_in_driver()
    {
        var racers = string.Concat(Enumerable.Repeat("start ( device 0 forever 300000 ) ", 6));

        var lines = Container.Client($"device 0 {racers}program ( device 0 threads 2 10000 300000 ) truth");

        // Three of their blocks fit.
        Assert.That(lines[0], Is.EqualTo("granted some, refused some, other 0"));
        Assert.That(Most(lines[1]), Is.EqualTo(900000));
    }

    [Test]
    public void Thirty_two_threads_at_the_limit_never_pass_it_and_leave_nothing_counted_with_a_stand_in_driver()
    {
        // There is room for three of the four blocks that each thread asks for, even if it were alone.
        var lines = Container.Client("device 0 cuMemAlloc_v2 900000 threads 32 2000 40000 info truth");

        Assert.That(lines[1..3], Is.EqualTo(new[] { "granted some, refused some, other 0", Info(148576) }));
        Assert.That(Most(lines[3]), Is.InRange(1020000, 1 << 20));
    }

    [Test]
    public void A_process_stopped_while_it_asks_holds_up_nobody_for_good_with_a_stand_in_driver()
    {
        // Its place says then that it wants something, for as long as it is stopped: here 200000 bytes, said for it by another.
        var lines = Container.Client(
            "start ( device 0 cuMemAlloc_v2 512 wait ) program ( scribble wish ) device 0 cuMemAlloc_v2 900000 cuMemAlloc_v2 800000 kill cuMemAlloc_v2 248576");

        string[] told =
        [
            "cuMemAlloc_v2 512 = 0", "scribbled wish", "cuMemAlloc_v2 900000 = 2", "cuMemAlloc_v2 800000 = 0", "cuMemAlloc_v2 248576 = 0",
        ];
        Assert.That(lines, Is.EqualTo(told));
    }

    [Test]
    public void Processes_of_several_users_share_the_limit_with_a_stand_in_driver()
    {
        // The file is made by the first, who is not root.
        var lines = Container.Client(
            "start ( uid 1000 device 0 cuMemAlloc_v2 100000 wait ) start ( uid 1001 device 0 cuMemAlloc_v2 500000 wait ) "
            + "start ( device 0 cuMemAlloc_v2 400000 wait ) program ( uid 1002 device 0 info cuMemAlloc_v2 100000 )");

        Assert.That(lines, Is.EqualTo(new[]
        {
            "uid = 0", "cuMemAlloc_v2 100000 = 0", "uid = 0", "cuMemAlloc_v2 500000 = 0", "cuMemAlloc_v2 400000 = 0",
            "uid = 0", Info(48576), "cuMemAlloc_v2 100000 = 2",
        }));
    }

    [Test]
    public void A_program_that_closes_every_descriptor_stays_counted_with_a_stand_in_driver()
    {
        var lines = Container.Client("device 0 cuMemAlloc_v2 655360 close-all cuMemAlloc_v2 100 program ( device 0 info cuMemAlloc_v2 655360 ) free free info");

        Assert.That(lines, Is.EqualTo(new[]
        {
            "cuMemAlloc_v2 655360 = 0", "cuMemAlloc_v2 100 = 0", Info(393116), "cuMemAlloc_v2 655360 = 2", "free = 0", "free = 0", Info(1 << 20),
        }));
    }

    [Test]
    public void A_program_that_asks_NVML_first_or_last_keeps_its_place_in_the_accounts_with_a_stand_in_driver()
    {
        var lines = Container.Client("nvml 0 device 0 nvml 0 cuMemAlloc_v2 655360 nvml 0 program ( device 0 cuMemAlloc_v2 655360 ) nvml 0");

        Assert.That(lines, Is.EqualTo(new[] { Nvml(0), Nvml(0), "cuMemAlloc_v2 655360 = 0", Nvml(655360), "cuMemAlloc_v2 655360 = 2", Nvml(655360) }));
    }

    private static int Most(string truth) => int.Parse(truth.Split(' ')[^1], null);
}

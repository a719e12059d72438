using GpuRuntime.Agent.Watchdog;

namespace GpuRuntime.Linux.Tests.Watchdog;

/// <summary>Readings of which some fail and some do not return.</summary>
public sealed class ReadingQueueTests
{
    private static readonly TimeSpan Short = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(1);

    [Test]
    public void Each_reading_has_its_result_or_its_problem()
    {
        var results = new ReadingQueue(Long).Run([Of("a", () => "1"), Of("b", () => throw new InvalidOperationException("broken")), Of("c", () => "3"), Of("d", () => null)]);

        Assert.That(results.Select(Text), Is.EqualTo((string[])["a 1", "b broken", "c 3", "d nothing"]));
    }

    [Test]
    public void A_reading_that_hangs_costs_its_own_result_and_no_second_thread()
    {
        using var release = new ManualResetEventSlim();
        var queue = new ReadingQueue(Short);
        var begun = 0;
        Reading Hanging() => Of("hangs", () =>
        {
            Interlocked.Increment(ref begun);
            release.Wait();
            return "late";
        });

        var first = queue.Run([Of("a", () => "1"), Hanging(), Of("b", () => "2")]);
        var second = queue.Run([Hanging(), Of("b", () => "3")]);

        Assert.That(first.Select(Text), Is.EqualTo((string[])["a 1", "b 2"]));
        Assert.That(second.Select(Text), Is.EqualTo((string[])["b 3"]));
        Assert.That((begun, queue.IsLate("hangs"), queue.IsLate("b")), Is.EqualTo((1, true, false)));

        // What it returns after all counts, and the subject is read again from then on.
        release.Set();
        Assert.That(() => queue.IsLate("hangs"), Is.False.After(20_000, 10));
        Assert.That(queue.Run([Hanging()]).Select(Text), Is.EqualTo((string[])["hangs late"]));
        Assert.That(queue.Run([Of("hangs", () => "new")]).Select(Text), Is.EqualTo((string[])["hangs new"]));
        Assert.That(begun, Is.EqualTo(1));
    }

    [Test]
    public void Several_that_hang_one_after_another_are_each_left_behind()
    {
        using var release = new ManualResetEventSlim();
        var queue = new ReadingQueue(Short);

        var results = queue.Run([.. Enumerable.Range(0, 2).Select(number => Of($"{number}", () =>
        {
            release.Wait();
            return "";
        })), Of("last", () => "1")]);

        Assert.That(results.Select(Text), Is.EqualTo((string[])["last 1"]));
        release.Set();
    }

    [Test]
    public void Nothing_to_read_is_done_at_once() => Assert.That(new ReadingQueue(Long).Run([]), Is.Empty);

    private static Reading<string> Of(string subject, Func<string?> read) => new(subject, read);

    private static string Text(Reading reading) => $"{reading.Subject} {(((Reading<string>)reading).TryResult(out var result) ? result : reading.Problem ?? "nothing")}";
}

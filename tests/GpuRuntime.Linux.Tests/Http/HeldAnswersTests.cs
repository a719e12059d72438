using GpuRuntime.Agent.Http;

namespace GpuRuntime.Linux.Tests.Http;

/// <summary>How much memory clients that read slowly can make the agent keep.</summary>
public sealed class HeldAnswersTests
{
    [Test]
    public void What_one_client_more_would_hold_too_much_is_not_given_until_another_has_read()
    {
        var held = new HeldAnswers(100);
        var (first, second) = (new byte[60], new byte[60]);

        Assert.That(held.TryHold(first), Is.True);
        Assert.That(held.TryHold(second), Is.False);
        held.Release(first);
        Assert.That(held.TryHold(second), Is.True);
    }

    [Test]
    public void The_same_page_counts_once_however_many_read_it_and_until_the_last_has()
    {
        var held = new HeldAnswers(100);
        var (page, other) = (new byte[60], new byte[60]);

        Assert.That(held.TryHold(page) && held.TryHold(page) && held.TryHold(page.AsMemory(1)), Is.True);
        held.Release(page);
        held.Release(page);
        Assert.That(held.TryHold(other), Is.False);
        held.Release(page);
        Assert.That(held.TryHold(other), Is.True);
    }
}

using GpuRuntime.Agent.Http;

namespace GpuRuntime.Linux.Tests.Http;

/// <summary>How much memory clients that read slowly can make the agent keep, and that they keep no answer from others.</summary>
public sealed class HeldAnswersTests
{
    private readonly List<string> _broken = [];
    private HeldAnswers _held = new(100);

    [SetUp]
    public void Begin()
    {
        _broken.Clear();
        _held = new HeldAnswers(100);
    }

    [Test]
    public void What_finds_no_room_breaks_off_what_is_read_the_longest()
    {
        Hold("first", new byte[40]);
        var second = Hold("second", new byte[40]);
        Hold("third", new byte[60]);
        Assert.That(_broken, Is.EqualTo((string[])["first"]));

        _held.Release(second!);
        Hold("fourth", new byte[40]);

        Assert.That(_broken, Is.EqualTo((string[])["first"]));
    }

    [Test]
    public void As_many_are_broken_off_as_stand_in_the_way()
    {
        Hold("first", new byte[30]);
        Hold("second", new byte[30]);
        Hold("third", new byte[30]);

        Hold("large", new byte[70]);

        Assert.That(_broken, Is.EqualTo((string[])["first", "second"]));
    }

    [Test]
    public void The_same_page_counts_once_however_many_read_it_and_until_the_last_has()
    {
        var page = new byte[60];
        var first = Hold("first", page);
        var second = Hold("second", page);
        var third = Hold("third", page.AsMemory(1));

        _held.Release(first!);
        _held.Release(second!);
        Hold("other", new byte[40]);
        Assert.That(_broken, Is.Empty);
        Hold("large", new byte[50]);
        Assert.That(_broken, Is.EqualTo((string[])["third"]));

        // Its reader finds out later.
        _held.Release(third!);
        Hold("small", new byte[10]);
        Assert.That(_broken, Is.EqualTo((string[])["third"]));
    }

    [Test]
    public void What_never_finds_room_is_refused_and_breaks_nothing_off()
    {
        Hold("first", new byte[100]);

        Assert.That(Hold("too large", new byte[101]), Is.Null);
        Assert.That(_broken, Is.Empty);
    }

    private LinkedListNode<HeldAnswer>? Hold(string name, ReadOnlyMemory<byte> body) => _held.Hold(body, () => _broken.Add(name));
}

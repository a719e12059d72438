using GpuRuntime.Core.Monitoring.Processes;

namespace GpuRuntime.Core.Tests.Monitoring.Processes;

public sealed class YoungProcessesTests
{
    private YoungProcesses _young = new();

    [SetUp]
    public void Begin() => _young = new YoungProcesses();

    [Test]
    public void A_process_is_looked_at_often_while_it_is_young_and_not_for_ever()
    {
        _young.Add(17, TimeSpan.FromSeconds(100));
        var looks = new List<int>();
        for (var second = 100; second < 200; second++)
        {
            while (_young.TryNext(TimeSpan.FromSeconds(second), out var look))
            {
                looks.Add(second - 100);
                _young.Again(look, TimeSpan.FromSeconds(second));
            }
        }

        Assert.That(looks, Is.EqualTo((int[])[0, 1, 2, 4, 8, 16, 32]));
        Assert.That(_young.Count, Is.Zero);
    }

    [Test]
    public void Looks_that_came_too_late_are_not_made_up_for()
    {
        _young.Add(17, TimeSpan.Zero);
        Assert.That(_young.TryNext(TimeSpan.FromSeconds(5), out var look), Is.True);
        _young.Again(look, TimeSpan.FromSeconds(5));

        Assert.That(_young.TryNext(TimeSpan.FromSeconds(7), out _), Is.False);
        Assert.That(_young.TryNext(TimeSpan.FromSeconds(8), out _), Is.True);
    }

    [Test]
    public void However_many_begin_no_more_than_some_thousands_are_remembered()
    {
        for (var pid = 1; pid <= 100_000; pid++)
            _young.Add(pid, TimeSpan.Zero);

        Assert.That(_young.Count, Is.EqualTo(2048));
    }
}

using System.Buffers;
using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using GpuRuntime.Agent.Monitoring.History;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Core.Monitoring.Samples;

namespace GpuRuntime.Linux.Tests.Monitoring.History;

/// <summary>What is kept of an hour's samples, on a clock that the test moves.</summary>
public sealed class SampleHistoryTests
{
    private SetClock _clock = null!;
    private SampleHistory _history = null!;

    [SetUp]
    public void Begin()
    {
        _clock = new SetClock();
        _history = new SampleHistory(_clock);
    }

    [Test]
    public void A_point_is_the_mean_of_the_passes_of_five_seconds_and_comes_when_they_are_over()
    {
        foreach (var power in (double[])[100, 110, 120, 130, 140])
            Pass(Card(0) with { PowerWatts = power });
        Assert.That(Points("powerWatts"), Is.Empty);

        Pass(Card(0) with { PowerWatts = 500 });

        Assert.That(Points("powerWatts"), Is.EqualTo((double?[])[120]));
    }

    [Test]
    public void Every_value_of_a_GPU_is_kept_and_of_its_temperatures_the_highest()
    {
        PassFor(1, Card(0) with
        {
            UtilizationRatio = 0.25,
            MemoryUsedBytes = 24L << 30,
            PowerWatts = 91.5,
            Temperatures = [new Temperature("edge", 41), new Temperature("junction", 63.5), new Temperature("memory", 55)],
        });

        Assert.That(
            Gpu("amd:0").ToJsonString(),
            Is.EqualTo("""{"id":"amd:0","utilizationRatio":[0.25],"memoryUsedBytes":[25769803776],"powerWatts":[91.5],"temperatureCelsius":[63.5]}"""));
    }

    [Test]
    public void What_no_pass_told_is_null_and_what_some_told_is_the_mean_of_those()
    {
        PassFor(1, Card(0));
        foreach (var power in (double?[])[null, 10, null, 30, null])
            Pass(Card(0) with { PowerWatts = power });
        PassFor(1, Card(0) with { PowerWatts = 0 });

        Assert.That(Points("powerWatts"), Is.EqualTo((double?[])[null, 20, 0]));
        Assert.That(Points("temperatureCelsius"), Is.EqualTo((double?[])[null, null, null]));
    }

    [Test]
    public void An_hour_is_kept_and_no_more()
    {
        for (var point = 0; point < 1000; point++)
            PassFor(1, Card(0) with { PowerWatts = point });

        var points = Points("powerWatts");
        Assert.That(points, Is.EqualTo(Enumerable.Range(280, 720).Select(point => (double?)point)));
    }

    [Test]
    public void Points_of_which_there_were_no_passes_are_null_and_not_what_was_there_an_hour_ago()
    {
        for (var point = 0; point < 800; point++)
            PassFor(1, Card(0) with { PowerWatts = 50 });
        _clock.Advance(TimeSpan.FromSeconds(500));
        PassFor(1, Card(0) with { PowerWatts = 70 });

        var points = Points("powerWatts");
        Assert.That(points, Has.Length.EqualTo(720));
        Assert.That(points[..619], Is.All.EqualTo(50));
        Assert.That(points[619..719], Is.All.Null);
        Assert.That(points[719], Is.EqualTo(70));
    }

    [Test]
    public void All_lists_are_of_one_length_also_of_a_GPU_that_came_later_or_is_gone()
    {
        PassFor(2, Card(0) with { PowerWatts = 1 }, Card(1) with { PowerWatts = 2 });
        PassFor(2, Card(0) with { PowerWatts = 3 }, Card(2) with { PowerWatts = 4 });

        Assert.That(Points("powerWatts", "amd:0"), Is.EqualTo((double?[])[1, 1, 3, 3]));
        Assert.That(Points("powerWatts", "amd:1"), Is.EqualTo((double?[])[2, 2, null, null]));
        Assert.That(Points("powerWatts", "amd:2"), Is.EqualTo((double?[])[null, null, 4, 4]));
    }

    [Test]
    public void A_GPU_that_is_gone_is_forgotten_with_its_last_point()
    {
        PassFor(1, Card(0), Card(1) with { PowerWatts = 2 });
        PassFor(719, Card(0));
        Assert.That(Points("powerWatts", "amd:1")[0], Is.EqualTo(2));

        PassFor(1, Card(0));

        Assert.That(Ids("gpus"), Is.EqualTo((string[])["amd:0"]));
    }

    [Test]
    public void Points_after_the_end_of_an_earlier_answer_are_those_that_have_come_since()
    {
        for (var point = 0; point < 10; point++)
            PassFor(1, Card(0) with { PowerWatts = point });
        var end = End();
        Assert.That(Points("powerWatts", since: end), Is.Empty);

        PassFor(1, Card(0) with { PowerWatts = 10 });
        Assert.That(Points("powerWatts", since: end), Is.EqualTo((double?[])[10]));
        PassFor(1, Card(0) with { PowerWatts = 11 });

        Assert.That(Points("powerWatts", since: end), Is.EqualTo((double?[])[10, 11]));
        Assert.That(Points("powerWatts", since: end - TimeSpan.FromSeconds(7)), Is.EqualTo((double?[])[8, 9, 10, 11]), "two end after a moment between them");
        Assert.That(Points("powerWatts", since: end - TimeSpan.FromDays(1)), Has.Length.EqualTo(12));
    }

    [Test]
    public void A_calendar_that_drifts_repeats_no_point_and_leaves_none_out()
    {
        PassFor(3, Card(0) with { PowerWatts = 1 });
        var end = End();
        for (var point = 0; point < 500; point++)
        {
            _clock.Calendar += TimeSpan.FromMilliseconds(point % 3 == 0 ? -7 : 13);
            PassFor(1, Card(0) with { PowerWatts = point });
            Assert.That(Points("powerWatts", since: end), Is.EqualTo((double?[])[point]));
            end = End();
        }

        Assert.That(end, Is.EqualTo(_clock.Calendar).Within(TimeSpan.FromSeconds(1.1)));
    }

    [TestCase(-86_400)]
    [TestCase(-90)]
    [TestCase(90)]
    [TestCase(86_400)]
    public void A_calendar_that_is_set_changes_the_end_and_no_point(int seconds)
    {
        PassFor(3, Card(0) with { PowerWatts = 1 });
        var before = End();

        _clock.Calendar += TimeSpan.FromSeconds(seconds);
        PassFor(2, Card(0) with { PowerWatts = 2 });

        Assert.That(Points("powerWatts"), Is.EqualTo((double?[])[1, 1, 1, 2, 2]));
        Assert.That(End() - before, Is.EqualTo(TimeSpan.FromSeconds(seconds + 10)));
    }

    [Test]
    public void Containers_are_told_of_by_their_id_for_each_of_their_units()
    {
        Pass([Card(0)], Container("a", ("amd:1", 20, 0.5), ("amd:0", 10, null)), Container("b", ("amd:0", 30, 1)));
        _clock.Advance(SampleHistory.Period);
        Pass([Card(0)]);

        Assert.That(
            Answer(container: "a")["containers"]!.ToJsonString(),
            Is.EqualTo("""[{"id":"a","unit":"amd:0","memoryUsedBytes":[10],"utilizationRatio":[null]},{"id":"a","unit":"amd:1","memoryUsedBytes":[20],"utilizationRatio":[0.5]}]"""));
        Assert.That(Answer()["containers"]!.AsArray(), Is.Empty);
    }

    [Test]
    public void A_container_that_is_gone_is_kept_until_its_points_are()
    {
        PassFor(1, [Card(0)], Container("a", ("amd:0", 10, null)));
        PassFor(719, Card(0));
        Assert.That(Memory("a")[0], Is.EqualTo(10));

        PassFor(1, Card(0));

        Assert.That(Answer(container: "a")["containers"]!.AsArray(), Is.Empty);
    }

    [Test]
    public void Where_there_is_room_for_no_more_those_that_are_gone_for_longest_are_forgotten_first()
    {
        PassFor(1, [Card(0)], Container("oldest", ("amd:0", 1, null)));
        PassFor(1, [Card(0)], Container("older", ("amd:0", 2, null)));
        ImmutableArray<ContainerUse> many = [.. Enumerable.Range(0, 1022).Select(index => Container($"c{index}", ("amd:0", index, null)))];
        PassFor(2, [Card(0)], many);
        Assert.That(Memory("oldest"), Is.Not.Empty);

        PassFor(1, [Card(0)], [.. many, Container("newest", ("amd:0", 3, null))]);

        Assert.That(Memory("oldest"), Is.Empty);
        Assert.That(Memory("older")[1], Is.EqualTo(2));
        Assert.That(Memory("newest")[^1], Is.EqualTo(3));
    }

    [Test]
    public void More_containers_than_there_is_room_for_cost_none_that_is_there_its_points()
    {
        ImmutableArray<ContainerUse> many = [.. Enumerable.Range(0, 1030).Select(index => Container($"c{index}", ("amd:0", 7, null)))];
        PassFor(4, [Card(0)], many);

        Assert.That(Enumerable.Range(0, 1024).Select(index => Memory($"c{index}")), Is.All.EqualTo((double?[])[7, 7, 7, 7]));
        Assert.That(Enumerable.Range(1024, 6).Select(index => Memory($"c{index}")), Is.All.Empty);
    }

    [Test]
    public void Of_more_GPUs_than_there_is_room_for_the_first_are_kept()
    {
        PassFor(1, [.. Enumerable.Range(0, 300).Select(Card)]);

        Assert.That(Ids("gpus"), Has.Length.EqualTo(256));
    }

    [Test]
    public void Before_the_first_pass_there_is_nothing_and_it_is_told_as_nothing()
    {
        Assert.That(Answer()["gpus"]!.AsArray(), Is.Empty);
        Assert.That((double)Answer()["periodSeconds"]!, Is.EqualTo(5));
    }

    [Test]
    public async Task Readers_see_whole_answers_while_points_come()
    {
        using var stop = new CancellationTokenSource();
        var readers = Enumerable.Range(0, 2).Select(_ => Task.Run(() =>
        {
            var read = 0;
            for (; !stop.IsCancellationRequested || read == 0; read++)
            {
                foreach (var gpu in Answer(container: "a")["gpus"]!.AsArray())
                    Assert.That(gpu!["powerWatts"]!.AsArray(), Has.Count.EqualTo(gpu["utilizationRatio"]!.AsArray().Count));
            }

            return read;
        })).ToArray();
        for (var point = 0; point < 300; point++)
            PassFor(1, [Card(0) with { PowerWatts = point }, Card(1)], Container("a", ("amd:0", point, null)));
        await stop.CancelAsync();

        Assert.That(await Task.WhenAll(readers), Is.All.GreaterThan(0));
    }

    private static GpuSample Card(int index) => new(new Gpu { Vendor = GpuVendor.Amd, Index = index, PciAddress = new PciAddress(0, (byte)(index % 250), 0, 0) });

    private static ContainerUse Container(string id, params ReadOnlySpan<(string Unit, long Memory, double? Utilization)> units)
    {
        var uses = ImmutableArray.CreateBuilder<UnitUse>();
        foreach (var (unit, memory, utilization) in units)
            uses.Add(new UnitUse(unit, GpuVendor.Amd, unit) { MemoryUsedBytes = memory, UtilizationRatio = utilization });
        return new ContainerUse(new ContainerIdentity(id, "docker"), uses.ToImmutable());
    }

    // A second goes by.
    private void Pass(params ImmutableArray<GpuSample> gpus)
    {
        Pass(gpus, []);
        _clock.Advance(TimeSpan.FromSeconds(1));
    }

    private void Pass(ImmutableArray<GpuSample> gpus, params ImmutableArray<ContainerUse> containers) =>
        _history.Add(new HostSample(_clock.GetUtcNow()) { Gpus = gpus, Containers = containers });

    /// <summary>One pass for each point, and what begins the point after.</summary>
    private void PassFor(int points, params ImmutableArray<GpuSample> gpus) => PassFor(points, gpus, []);

    private void PassFor(int points, ImmutableArray<GpuSample> gpus, params ImmutableArray<ContainerUse> containers)
    {
        for (var point = 0; point < points; point++)
        {
            Pass(gpus, containers);
            _clock.Advance(SampleHistory.Period);
        }

        // A pass of nothing ends the last point.
        Pass([], []);
    }

    private JsonNode Answer(DateTimeOffset? since = null, string? container = null)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
            _history.Write(json, since, container);
        return JsonNode.Parse(buffer.WrittenSpan)!;
    }

    private string[] Ids(string list) => [.. Answer()[list]!.AsArray().Select(entry => (string)entry!["id"]!)];

    private JsonNode Gpu(string id, DateTimeOffset? since = null) => Answer(since)["gpus"]!.AsArray().First(gpu => (string?)gpu!["id"] == id)!;

    private double?[] Points(string name, string id = "amd:0", DateTimeOffset? since = null) => [.. Gpu(id, since)[name]!.AsArray().Select(point => (double?)point)];

    private double?[] Memory(string container) => [.. Answer(container: container)["containers"]!.AsArray().SelectMany(unit => unit!["memoryUsedBytes"]!.AsArray()).Select(point => (double?)point)];

    private DateTimeOffset End() => Answer()["end"]!.GetValue<DateTimeOffset>();
}

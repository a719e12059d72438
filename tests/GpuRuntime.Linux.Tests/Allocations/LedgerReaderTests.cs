using GpuRuntime.Linux.Allocations;

namespace GpuRuntime.Linux.Tests.Allocations;

/// <summary>Reading the ledger again and again.</summary>
public sealed class LedgerReaderTests : LedgerFixture
{
    private static readonly TimeSpan Settled = TimeSpan.FromSeconds(1.5);

    [Test]
    public void Without_a_ledger_there_are_no_entries()
    {
        var reader = new LedgerReader(State);

        Assert.That(reader.Read(), Is.Empty);
        Reserve("a", "device=0");
        Assert.That(Read(reader), Is.EqualTo("a"));
        Directory.Delete(State, recursive: true);
        Assert.That(reader.Read(), Is.Empty);
    }

    [Test]
    public void Every_change_shows_at_once_however_close_to_the_last_one()
    {
        var process = Running();
        var reader = new LedgerReader(State);
        for (var round = 0; round < 50; round++)
        {
            Reserve("a", "device=0", process);
            Assert.That(Read(reader), Is.EqualTo("a"));
            Reserve("b", "device=1", process);
            Assert.That(Read(reader), Is.EqualTo("a b"));
            Ledger.Release(Owner("a"));
            Assert.That(Read(reader), Is.EqualTo("b"));
            Ledger.Release(Owner("b"));
            Assert.That(reader.Read(), Is.Empty);
        }
    }

    [Test]
    public void An_entry_in_the_place_of_an_earlier_one_shows()
    {
        var process = Running();
        Reserve("a", "device=0", process);
        var reader = new LedgerReader(State);
        Assert.That(reader.Read().Single().Units.Single().Id, Is.EqualTo("nvidia:0"));

        Reserve("a", "device=2", process);

        Assert.That(reader.Read().Single().Units.Single().Id, Is.EqualTo("nvidia:2"));
    }

    [Test]
    public void What_has_not_changed_is_not_read_again_and_what_changes_then_is()
    {
        var process = Running();
        Reserve("a", "device=0", process);
        Thread.Sleep(Settled);
        var reader = new LedgerReader(State);

        var first = reader.Read();
        Assert.That(reader.Read(), Is.EqualTo(first).Using<System.Collections.Immutable.ImmutableArray<Core.Allocation.AllocationEntry>>((one, other) => one == other), "the same array");
        Reserve("b", "device=1", process);

        var second = reader.Read();
        Assert.That(second.Select(entry => entry.Container), Is.EqualTo((string[])["a", "b"]));
        Assert.That(second[0], Is.SameAs(first[0]));
    }

    [Test]
    public void It_reads_what_the_ledger_itself_reads()
    {
        foreach (var (container, gpu) in ((string, int)[])[("one", 3), ("two", 1), ("three", 1)])
            Reserve(container, $"device={gpu}");
        File.WriteAllText(Path.Combine(Entries, "foreign.json"), "{}");

        Assert.That(new LedgerReader(State).Read().Select(entry => entry.Container), Is.EqualTo(Ledger.Read().Select(entry => entry.Container)));
        Assert.That(Ledger.Read(), Has.Length.EqualTo(3));
    }

    private static string Read(LedgerReader reader) => string.Join(' ', reader.Read().Select(entry => entry.Container).Order(StringComparer.Ordinal));
}

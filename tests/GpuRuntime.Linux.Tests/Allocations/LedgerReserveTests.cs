using GpuRuntime.Core.Errors;
using GpuRuntime.Core.Requests;
using GpuRuntime.Linux.Allocations;

namespace GpuRuntime.Linux.Tests.Allocations;

/// <summary>Reserving and releasing: what stands in the ledger's files, and for whom.</summary>
public sealed class LedgerReserveTests : LedgerFixture
{
    [Test]
    public void An_entry_says_who_holds_what_since_when()
    {
        var process = Running();
        var before = DateTimeOffset.UtcNow.AddSeconds(-1);
        Reserve("trainer", "device=1,mode=exclusive", process);

        var entry = Ledger.Read().Single();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(entry.Container, Is.EqualTo("trainer"));
            Assert.That(entry.RuntimeState, Is.EqualTo($"{RuntimeRoot}/trainer"));
            Assert.That(entry.Bundle, Is.EqualTo(Temporary.Combine("bundle")));
            Assert.That(entry.Process, Is.EqualTo(process));
            Assert.That(entry.Mode, Is.EqualTo(SharingMode.Exclusive));
            Assert.That(entry.Since, Is.InRange(before, DateTimeOffset.UtcNow));
            Assert.That(entry.Units.Select(unit => unit.Name), Is.EqualTo((string[])[Unit(1)]));
        }
    }

    [Test]
    public void Its_files_are_for_their_owner_alone()
    {
        Reserve("trainer", "all");

        var modes = Command.Run("find", State, "-printf", "%y %m\\n").Split('\n', StringSplitOptions.RemoveEmptyEntries).Distinct();

        Assert.That(modes, Is.EquivalentTo((string[])["d 700", "f 600"]));
    }

    [Test]
    public void What_is_released_leaves_no_file_but_the_lock_and_the_units_directories()
    {
        Reserve("one", "all");
        Ledger.Release(Owner("one"));

        Assert.That(Command.Run("find", State, "-type", "f", "-printf", "%P\\n"), Is.EqualTo("allocations/.lock\n"));
        AssertNothingHeld();
    }

    [Test]
    public void A_GPU_that_is_held_is_refused_until_it_is_released()
    {
        Reserve("one", "device=0,mode=exclusive");
        Assert.That(Refused("two", "device=0"), Does.Contain("nvidia:0").And.Contain("container one"));

        Ledger.Release(Owner("one"));

        Assert.That(Reserve("two", "device=0"), Is.EqualTo("nvidia:0"));
    }

    [Test]
    public void What_is_refused_leaves_the_ledger_as_it_was()
    {
        Reserve("one", "device=0,mode=exclusive");
        var before = TreeListing.Of(State);

        Refused("two", "device=0");

        Assert.That(TreeListing.Of(State), Is.EqualTo(before));
    }

    [Test]
    public void A_decision_that_fails_otherwise_leaves_nothing()
    {
        Refused("one", "device=9", ErrorCode.GpuNotFound);

        Assert.That(Held(), Is.Empty);
        AssertNothingHeld();
    }

    [Test]
    public void A_container_that_gets_no_GPU_has_no_entry()
    {
        Reserve("one", "none");

        Assert.That(Held(), Is.Empty);
    }

    [Test]
    public void Two_engines_may_have_a_container_of_the_same_id()
    {
        var other = AllocationOwner.OfRuntime("one", Temporary.Combine("other-root"), "runc");
        Reserve("one", "device=0,mode=exclusive");
        Reserve(other, "device=1,mode=exclusive");
        var hooked = AllocationOwner.OfHook("one", Temporary.Combine("bundle"));
        Reserve(hooked, "device=2,mode=exclusive");

        Ledger.Release(other);

        Assert.That(Ledger.Read().Select(entry => entry.Units[0].Id), Is.EquivalentTo((string[])["nvidia:0", "nvidia:2"]));
        Assert.That(Refused("two", "device=0"), Does.Contain("nvidia:0"));
        Assert.That(Reserve("two", "device=1"), Is.EqualTo("nvidia:1"));
    }

    [Test]
    public void The_same_creator_that_asks_again_has_what_it_asked_for_last()
    {
        var process = Running();
        Reserve("one", "device=0,1,mode=exclusive", process);
        Reserve("one", "device=1,2", process);

        Assert.That(Held(), Is.EqualTo((string[])["one: nvidia:1 nvidia:2"]));
        Assert.That(Reserve("two", "device=0,mode=exclusive"), Is.EqualTo("nvidia:0"));
        Assert.That(Reserve("three", "device=1"), Is.EqualTo("nvidia:1"), "no longer for itself");
    }

    [Test]
    public void A_container_that_lives_keeps_its_GPUs_from_another_of_its_name()
    {
        Reserve("one", "device=0,mode=exclusive");

        Assert.That(Refused("one", "device=1"), Does.Contain("\"one\" exists already").And.Contain("nvidia:0").And.Contain("delete it first"));
        Assert.That(Held(), Is.EqualTo((string[])["one: nvidia:0"]));
    }

    [Test]
    public void The_name_of_a_container_that_is_gone_is_free()
    {
        Reserve("one", "device=0,mode=exclusive", Gone);
        Reserve("one", "device=1");

        Assert.That(Held(), Is.EqualTo((string[])["one: nvidia:1"]));
        Assert.That(HolderNames(0), Is.Empty);
    }

    [Test]
    public void A_creator_that_fails_releases_its_own_entry_and_no_later_one_of_its_name()
    {
        var first = Ledger.For(Owner("one"), "/bundle", Gone);
        first.Reserve(holdings => Decide("device=0,mode=exclusive", holdings));
        Reserve("one", "device=1,mode=exclusive");

        first.Release();
        Assert.That(Held(), Is.EqualTo((string[])["one: nvidia:1"]));

        var second = Ledger.For(Owner("two"), "/bundle", Running());
        second.Reserve(holdings => Decide("device=2,mode=exclusive", holdings));
        second.Release();
        Assert.That(Held(), Is.EqualTo((string[])["one: nvidia:1"]));
    }

    [Test]
    public void A_decision_is_made_with_nobody_else_deciding()
    {
        const int threads = 8;
        var process = Running();
        using var start = new Barrier(threads);
        var given = new int[Gpus.Length];
        var runners = Enumerable.Range(0, threads).Select(thread => new Thread(() =>
        {
            start.SignalAndWait();
            for (var round = 0; round < 25; round++)
            {
                try
                {
                    var reservation = Ledger.For(Owner($"c{thread}-{round}"), "/bundle", process);
                    var index = reservation.Reserve(holdings => Decide("1,mode=exclusive", holdings)).Gpus[0].Index;
                    Assert.That(Interlocked.Increment(ref given[index]), Is.EqualTo(1), "one GPU, two holders");
                    Interlocked.Decrement(ref given[index]);
                    reservation.Release();
                }
                catch (GpuRuntimeException refusal) when (refusal.Code == ErrorCode.GpuHeld)
                {
                }
            }
        })).ToList();
        runners.ForEach(runner => runner.Start());
        runners.ForEach(runner => runner.Join());

        Assert.That(Held(), Is.Empty);
        AssertNothingHeld();
    }

    [Test]
    public void Ten_thousand_containers_leave_no_file_behind()
    {
        var process = Running();
        void Cycle(int number)
        {
            var reservation = Ledger.For(Owner($"c{number}"), "/bundle", process);
            reservation.Reserve(holdings => Decide(number % 3 == 0 ? "all,mode=exclusive" : "2", holdings));
            Ledger.Release(Owner($"c{number}"));
        }

        Cycle(0);
        var before = TreeListing.Names(State);
        for (var number = 1; number <= 10_000; number++)
            Cycle(number);

        Assert.That(TreeListing.Names(State), Is.EqualTo(before));
    }

    [Test]
    public void A_reader_needs_no_lock_and_no_ledger()
    {
        Assert.That(Ledger.Read(), Is.Empty);
        Assert.That(Directory.Exists(State), Is.False, "reading makes nothing");
        Assert.That(Ledger.Has(Owner("one")), Is.False);
        Ledger.Release(Owner("one"));
        Assert.That(Directory.Exists(State), Is.False);

        Reserve("one", "device=0");
        using var held = LedgerDirectory.Open(new GpuRuntime.Linux.Paths.StateDirectory(State)).Lock();
        Assert.That(Held(), Is.EqualTo((string[])["one: nvidia:0"]));
    }
}

using System.Collections.Immutable;
using GpuRuntime.Core.Allocation;
using GpuRuntime.Core.Errors;
using GpuRuntime.Linux.Interop;
using GpuRuntime.Linux.Paths;

namespace GpuRuntime.Linux.Allocations;

/// <summary>
/// Which container holds which GPU, in files below the state directory. It changes under one lock and is readable at every instant without it.
/// An entry counts as long as its container is there: a creator that was killed, and a container whose end nobody told of, hold nothing.
/// </summary>
public sealed class AllocationLedger(string stateDirectory)
{
    private readonly StateDirectory _state = new(stateDirectory);

    /// <summary>Whether this process may write it.</summary>
    public bool IsWritable
    {
        get
        {
            try
            {
                using var directory = LedgerDirectory.Open(_state);
                return true;
            }
            catch (Exception exception) when (exception is LinuxException or GpuRuntimeException { Code: ErrorCode.StateUnwritable })
            {
                return false;
            }
        }
    }

    /// <summary>Every entry as it stands, of containers that are gone too, ordered by time and name.</summary>
    /// <exception cref="GpuRuntimeException"><see cref="ErrorCode.LedgerUnusable"/>, <see cref="ErrorCode.StateUnwritable"/>.</exception>
    public ImmutableArray<AllocationEntry> Read() => Guarded(() =>
    {
        using var directory = LedgerDirectory.TryOpen(_state);
        return directory is null ? [] : ImmutableArray.CreateRange(Ordered(directory.AllEntries()));
    });

    /// <summary>Takes the entries of containers that are gone away.</summary>
    /// <returns>The entries that stay, ordered by time and name.</returns>
    /// <inheritdoc cref="Read"/>
    public ImmutableArray<AllocationEntry> Sweep() => Guarded(() =>
    {
        using var directory = LedgerDirectory.TryOpen(_state);
        if (directory is null)
            return [];
        using var held = directory.Lock();
        _ = LedgerSweep.All(directory);
        return ImmutableArray.CreateRange(Ordered(directory.AllEntries()));
    });

    /// <summary>Whether the container of an entry is there: its creator works on it, or its first process runs.</summary>
    public static bool IsLive(AllocationEntry entry) => LedgerSweep.IsLive(entry);

    /// <summary>Names of what lies among the entries and is none of them: nobody holds anything by it, and nobody takes it away.</summary>
    /// <inheritdoc cref="Read"/>
    public ImmutableArray<string> ForeignNames() => Guarded(() =>
    {
        using var directory = LedgerDirectory.TryOpen(_state);
        return directory is null ? [] : ImmutableArray.CreateRange(directory.ForeignNames().Order(StringComparer.Ordinal));
    });

    /// <summary>The ledger as one container's creator sees it.</summary>
    public OwnedAllocations For(AllocationOwner owner, string bundle, ProcessIdentity process) => new(this, owner, bundle, process);

    /// <summary>Whether this owner has an entry.</summary>
    public bool Has(AllocationOwner owner) => Guarded(() =>
    {
        using var directory = LedgerDirectory.TryOpen(_state);
        return directory?.Has(owner.FileName) == true;
    });

    /// <summary>Takes an owner's entry away, if there is one.</summary>
    /// <param name="onlyIf">Looked at with the lock held; the entry stays unless it says so.</param>
    /// <returns>Whether there was one, and it is gone.</returns>
    public bool Release(AllocationOwner owner, Func<AllocationEntry, bool>? onlyIf = null) => Guarded(() =>
    {
        using var directory = LedgerDirectory.TryOpen(_state);
        if (directory?.Has(owner.FileName) != true)
            return false;
        using var held = directory.Lock();
        if (onlyIf is not null && directory.Read(owner.FileName) is { } entry && !onlyIf(entry))
            return false;
        directory.Remove(owner);
        return true;
    });

    /// <summary>Takes the entry of a container away that its low-level runtime has deleted, or that is no longer running.</summary>
    /// <inheritdoc cref="Read"/>
    public void ReleaseDeleted(AllocationOwner owner) => Release(owner, entry => !LedgerSweep.IsLive(entry));

    /// <summary>Takes an entry that was read before away if its container is gone. Nobody waits for the lock as long as it is there.</summary>
    /// <inheritdoc cref="Read"/>
    public void ReleaseGone(AllocationEntry entry) =>
        Guarded(() => !LedgerSweep.IsLive(entry) && Release(AllocationOwner.Of(entry), present => !LedgerSweep.IsLive(present)));

    internal Allocation Reserve(AllocationOwner owner, string bundle, ProcessIdentity process, Func<IHoldings, Allocation> decide, bool comparesHolders = false) => Guarded(() =>
    {
        using var directory = LedgerDirectory.Open(_state);
        using var held = directory.Lock();
        RefuseAnotherOfThisName(directory, owner, process);
        if (comparesHolders)
            LedgerSweep.Part(directory, process.Pid);
        var holdings = new LedgerHoldings(directory, owner.Key, process.Pid);
        Allocation allocation;
        try
        {
            allocation = decide(holdings);
        }
        catch (GpuRuntimeException exception) when (exception.Code is ErrorCode.GpuHeld or ErrorCode.MemoryExhausted or ErrorCode.LimitUnavailable)
        {
            if (!LedgerSweep.All(directory))
                throw;
            allocation = decide(new LedgerHoldings(directory, owner.Key, process.Pid));
        }

        // Before anything is written: should it fail, nothing is held.
        LedgerSweep.Some(directory, holdings.Sample);
        if (directory.Has(owner.FileName))
            directory.Remove(owner);
        if (!allocation.Units.IsEmpty)
        {
            directory.Write(owner, new AllocationEntry(owner.Container)
            {
                RuntimeState = owner.RuntimeState,
                Bundle = bundle,
                Process = process,
                Since = DateTimeOffset.UtcNow,
                Mode = allocation.Mode,
                Units = allocation.Units,
            });
        }

        return allocation;
    });

    // The runtime would refuse it too, but by then the entry of the one that is there would be gone.
    private static void RefuseAnotherOfThisName(LedgerDirectory directory, AllocationOwner owner, ProcessIdentity process)
    {
        if (directory.Read(owner.FileName) is { } present && present.Process != process && LedgerSweep.IsLive(present))
            throw new GpuRuntimeException(ErrorCode.GpuHeld, $"The container {PrintableText.Quote(owner.Container)} exists already and holds {string.Join(", ", present.Units.Select(unit => unit.Id))}; delete it first.");
    }

    internal static IEnumerable<AllocationEntry> Ordered(IEnumerable<AllocationEntry> entries) =>
        entries.OrderBy(entry => entry.Since).ThenBy(entry => entry.Container, StringComparer.Ordinal);

    internal static GpuRuntimeException Unusable(string stateDirectory, LinuxException exception) =>
        new(ErrorCode.LedgerUnusable, $"The ledger in {stateDirectory}/allocations cannot be used: {exception.Message}. Make it writable for root, or set stateDirectory in the configuration.", exception);

    private T Guarded<T>(Func<T> action)
    {
        try
        {
            return action();
        }
        catch (LinuxException exception)
        {
            throw Unusable(stateDirectory, exception);
        }
    }
}

using GpuRuntime.Core.Allocation;
using GpuRuntime.Linux.Interop;

namespace GpuRuntime.Linux.Allocations;

/// <summary>Takes away what containers have left that are gone. With the ledger's lock held.</summary>
internal static class LedgerSweep
{
    // So many are looked at on each create: gone ones go sooner than new ones come, and a create never waits for a thousand.
    private const int AtOnce = 2;

    // On most hosts these are all that there are.
    private const int InPart = 8;

    /// <summary>The container is there: its creator works on it, or its first process runs.</summary>
    /// <exception cref="LinuxException">It cannot be told.</exception>
    public static bool IsLive(AllocationEntry entry) =>
        ProcessStat.IsAlive(entry.Process) || (entry.RuntimeState is { } directory && RuntimeState.IsRunning(directory));

    /// <returns>Whether anything was taken away.</returns>
    /// <exception cref="LinuxException">It cannot be told of somebody whether it is there, or something cannot be taken away.</exception>
    public static bool All(LedgerDirectory directory)
    {
        // What cannot be read is nobody's of ours; an admin can release it by its name.
        var live = new HashSet<string>(StringComparer.Ordinal);
        var removed = false;
        foreach (var entry in directory.AllEntries())
        {
            var owner = AllocationOwner.Of(entry);
            if (IsLive(entry))
            {
                live.UnionWith(LedgerDirectory.HolderPaths(entry, owner.Key));
                continue;
            }

            directory.RemoveEntry(owner);
            removed = true;
        }

        // Those of the entries that went, and what creators that were killed have left: also beside what a later one of their name holds.
        foreach (var unit in directory.UnitNames())
        {
            foreach (var name in directory.HolderNames(unit))
            {
                if (HolderName.Parse(name) is null || live.Contains($"{unit}/{name}"))
                    continue;
                directory.RemoveHolder(unit, name);
                removed = true;
            }
        }

        directory.RemoveUnfinished();
        return removed;
    }

    /// <summary>Looks at some of the entries, on a host with few containers at all of them.</summary>
    /// <param name="turn">A number that differs from create to create.</param>
    /// <inheritdoc cref="All"/>
    public static void Part(LedgerDirectory directory, int turn)
    {
        var sample = new NameSample(InPart, turn);
        directory.VisitNames(name => sample.Offer("", name));
        foreach (var name in sample.Names)
        {
            if (directory.EntryOf(name) is { } entry && !IsLive(entry))
                directory.Remove(AllocationOwner.Of(entry));
        }
    }

    /// <summary>Looks at a few of the holders that a decision has seen anyway: gone ones go sooner than new ones come, and no create waits for a thousand.</summary>
    /// <inheritdoc cref="All"/>
    public static void Some(LedgerDirectory directory, IEnumerable<string> sample)
    {
        foreach (var path in sample)
        {
            var (unit, name) = (path[..path.IndexOf('/', StringComparison.Ordinal)], path[(path.IndexOf('/', StringComparison.Ordinal) + 1)..]);
            if (directory.ReadHolder(unit, name) is not { } entry || IsLive(entry))
                continue;
            var owner = AllocationOwner.Of(entry);
            // A later container of the same name may be there, which holds other GPUs.
            if (directory.Read(owner.FileName) is { } present && IsLive(present))
                directory.RemoveHolder(unit, name);
            else
                directory.Remove(owner);
        }
    }
}

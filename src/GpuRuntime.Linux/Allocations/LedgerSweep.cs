using GpuRuntime.Core.Allocation;

namespace GpuRuntime.Linux.Allocations;

/// <summary>Takes away what containers have left that are gone. With the ledger's lock held.</summary>
internal static class LedgerSweep
{
    // So many are looked at on each create: gone ones go sooner than new ones come, and a create never waits for a thousand.
    private const int AtOnce = 4;

    /// <summary>The container is there: its creator works on it, or its first process runs.</summary>
    public static bool IsLive(AllocationEntry entry) =>
        ProcessStat.IsAlive(entry.Process) || (entry.RuntimeState is { } directory && RuntimeState.IsRunning(directory));

    /// <returns>Whether anything was taken away.</returns>
    public static bool All(LedgerDirectory directory)
    {
        var live = new HashSet<string>(StringComparer.Ordinal);
        var removed = false;
        foreach (var name in directory.EntryNames())
        {
            // What cannot be read is nobody's of ours; an admin can release it by its name.
            if (directory.Read(name) is not { } entry)
                continue;
            if (IsLive(entry))
            {
                live.Add(AllocationOwner.Of(entry).Key);
                continue;
            }

            directory.Remove(name, AllocationOwner.Of(entry).Key, entry.Units.Select(unit => unit.Name));
            removed = true;
        }

        foreach (var unit in directory.UnitNames())
        {
            foreach (var name in directory.HolderNames(unit))
            {
                if (HolderName.Parse(name) is { } holder && live.Contains(holder.Key))
                    continue;
                directory.RemoveHolder(unit, name);
                removed = true;
            }
        }

        directory.RemoveUnfinished();
        return removed;
    }

    /// <summary>Looks at a few of the holders that a decision has seen anyway.</summary>
    /// <param name="seen">As <c>UNIT/NAME</c>.</param>
    /// <param name="turn">Where to begin, so that each has its turn.</param>
    public static void Some(LedgerDirectory directory, List<string> seen, int turn)
    {
        for (var count = 0; count < Math.Min(AtOnce, seen.Count); count++)
        {
            var at = seen[(int)(((long)turn * AtOnce + count) % seen.Count)];
            var slash = at.IndexOf('/', StringComparison.Ordinal);
            if (directory.ReadHolder(at[..slash], at[(slash + 1)..]) is not { } entry || IsLive(entry))
                continue;
            var owner = AllocationOwner.Of(entry);
            directory.Remove(owner.FileName, owner.Key, entry.Units.Select(unit => unit.Name));
        }
    }
}

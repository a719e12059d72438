using System.Collections.Immutable;
using GpuRuntime.Core.Allocation;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Core.Monitoring;
using GpuRuntime.Core.Monitoring.Processes;
using GpuRuntime.Linux.Interop;
using GpuRuntime.Linux.Monitoring;

namespace GpuRuntime.Agent.Monitoring.Processes;

/// <summary>A process that has, or had, a GPU open.</summary>
internal sealed class GpuUser(ProcessIdentity process)
{
    // There are thousands of processes, of which each uses a GPU or two.
    private readonly List<(PciAddress Address, double Seconds)> _busy = new(1);

    public ProcessIdentity Process => process;

    /// <summary>Its DRM clients, each once; clients of other processes among them that share the open file.</summary>
    public List<HeldClient> Clients { get; private set; } = [];

    /// <summary>Clients that no other process is counted for.</summary>
    public List<ClientKey> Owned { get; } = new(1);

    public List<KfdUse> Kfd { get; } = [];

    /// <summary>What it uses was read, in this pass or in one before.</summary>
    public bool IsRead { get; set; }

    /// <summary>It has more clients than are read.</summary>
    public bool IsKnownInPart { get; set; }

    /// <summary>Takes over what was found among its open files, and keeps what was known of clients that are still there.</summary>
    /// <returns>Those that are new.</returns>
    public List<HeldClient> Hold(List<HeldClient> found)
    {
        var added = new List<HeldClient>();
        for (var i = 0; i < found.Count; i++)
        {
            if (Clients.Find(client => client.Key == found[i].Key && client.Path == found[i].Path) is { } known)
                found[i] = known;
            else
                added.Add(found[i]);
        }

        Clients = found;
        return added;
    }

    /// <summary>Finds out which GPUs KFD lists the process for.</summary>
    /// <exception cref="LinuxException">It cannot be told.</exception>
    public void FollowKfd(KernelFiles sys, ProcessUnits units)
    {
        if (units.ByKfdId.IsEmpty)
            return;
        var ids = KfdProcess.GpusOf(sys.List(KfdProcess.DirectoryOf(process.Pid)));
        Kfd.RemoveAll(use => !ids.Contains(use.GpuId));
        foreach (var id in ids)
        {
            if (units.ByKfdId.TryGetValue(id, out var unit) && !Kfd.Exists(use => use.GpuId == id))
                Kfd.Add(new KfdUse(process.Pid, id, unit));
        }
    }

    /// <summary>The units were looked at again, and may be others.</summary>
    public void Rebind(ProcessUnits units)
    {
        Kfd.RemoveAll(use => !units.ByKfdId.ContainsKey(use.GpuId));
        foreach (var use in Kfd)
            use.Unit = units.ByKfdId[use.GpuId];
        Conclude(units);
    }

    /// <returns>How many files were read.</returns>
    /// <exception cref="LinuxException">One cannot be read.</exception>
    public int ReadKfd(KernelFiles sys, TimeSpan now)
    {
        var count = 0;
        foreach (var use in Kfd)
            count += use.Update(sys, now);
        return count;
    }

    /// <summary>Counts what a client had done before it was seen first.</summary>
    public void CountUntil(HeldClient client)
    {
        var sums = new EngineSums();
        sums.Add(EngineTimes.Until(client.Client.Engines));
        Count(client.Key.Address, sums);
    }

    /// <summary>Counts what clients did between their last two readings.</summary>
    public void Count(List<HeldClient> updated)
    {
        for (var i = 0; i < updated.Count; i++)
        {
            var address = updated[i].Key.Address;
            if (updated.FindIndex(client => client.Key.Address == address) < i)
                continue;
            var sums = new EngineSums();
            for (var k = i; k < updated.Count; k++)
            {
                if (updated[k].Key.Address == address)
                    sums.Add(updated[k].Times);
            }

            Count(address, sums);
        }
    }

    /// <summary>What it uses of each unit, in ordinal order of their ids, as it was read last.</summary>
    public ImmutableArray<UnitActivity> Activities { get; private set; } = [];

    /// <summary>How long it has kept a GPU busy; <see langword="null"/> as long as nothing tells.</summary>
    public double? BusySeconds(PciAddress address) => _busy.FindIndex(gpu => gpu.Address == address) is var at and >= 0 ? _busy[at].Seconds : null;

    /// <summary>Adds up what was read.</summary>
    public void Conclude(ProcessUnits units)
    {
        var activities = new List<UnitActivity>(1);
        foreach (var client in Clients)
        {
            if (Owned.Contains(client.Key) && units.Of(client.Key.Address) is { } unit)
                Of(unit, activities).Add(client);
        }

        foreach (var use in Kfd)
        {
            if (use.IsUsed)
                Of(use.Unit, activities).Add(use);
        }

        activities.Sort((first, second) => string.CompareOrdinal(first.Unit.Id, second.Unit.Id));
        foreach (var activity in activities)
            activity.Conclude(this);
        Activities = [.. activities];
    }

    private UnitActivity Of(HeldUnit unit, List<UnitActivity> activities)
    {
        foreach (var activity in activities)
        {
            if (activity.Unit.Id == unit.Id)
                return activity;
        }

        var added = new UnitActivity(process, unit);
        activities.Add(added);
        return added;
    }

    private void Count(PciAddress address, EngineSums sums)
    {
        if (sums.Busiest is not { } seconds)
            return;
        if (_busy.FindIndex(gpu => gpu.Address == address) is var at and >= 0)
            _busy[at] = (address, _busy[at].Seconds + seconds);
        else
            _busy.Add((address, seconds));
    }
}

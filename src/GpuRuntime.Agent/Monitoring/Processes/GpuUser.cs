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
    private readonly Dictionary<PciAddress, double> _busySeconds = [];

    public ProcessIdentity Process => process;

    /// <summary>Its DRM clients, each once; clients of other processes among them that share the open file.</summary>
    public List<HeldClient> Clients { get; private set; } = [];

    /// <summary>Clients that no other process is counted for.</summary>
    public HashSet<ClientKey> Owned { get; } = [];

    public List<KfdUse> Kfd { get; } = [];

    /// <summary>Takes over what was found among its open files, and keeps what was known of clients that are still there.</summary>
    /// <returns>Those that are new.</returns>
    public List<HeldClient> Hold(List<HeldClient> found)
    {
        var added = new List<HeldClient>();
        for (var i = 0; i < found.Count; i++)
        {
            if (Clients.Find(client => client.Key == found[i].Key && client.File.Path == found[i].File.Path) is { } known)
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
    public void CountUntil(HeldClient client) => Count(client.Key.Address, Sum(EngineTimes.Until(client.Client.Engines)));

    /// <summary>Counts what clients did between their last two readings.</summary>
    public void Count(IEnumerable<HeldClient> updated)
    {
        foreach (var clients in updated.GroupBy(client => client.Key.Address))
        {
            var sums = new EngineSums();
            foreach (var client in clients)
            {
                foreach (var time in client.Times)
                    sums.Add(time.Engine, time.Seconds);
            }

            Count(clients.Key, sums);
        }
    }

    /// <summary>What it uses of each unit, in ordinal order of their ids.</summary>
    public IEnumerable<UnitActivity> Activities(ProcessUnits units)
    {
        var activities = new SortedDictionary<string, UnitActivity>(StringComparer.Ordinal);
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

        return activities.Values;
    }

    /// <summary>How long it has kept a GPU busy; <see langword="null"/> as long as nothing tells.</summary>
    public double? BusySeconds(PciAddress address) => _busySeconds.TryGetValue(address, out var seconds) ? seconds : null;

    private static UnitActivity Of(HeldUnit unit, SortedDictionary<string, UnitActivity> activities)
    {
        if (!activities.TryGetValue(unit.Id, out var activity))
            activities[unit.Id] = activity = new UnitActivity(unit);
        return activity;
    }

    private static EngineSums Sum(IEnumerable<EngineTime> times)
    {
        var sums = new EngineSums();
        foreach (var time in times)
            sums.Add(time.Engine, time.Seconds);
        return sums;
    }

    private void Count(PciAddress address, EngineSums sums)
    {
        if (sums.Busiest is { } seconds)
            _busySeconds[address] = _busySeconds.GetValueOrDefault(address) + seconds;
    }
}

using System.Collections.Immutable;
using GpuRuntime.Core.Allocation;
using GpuRuntime.Core.Errors;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Core.Monitoring;
using GpuRuntime.Core.Monitoring.Samples;
using GpuRuntime.Linux.Interop;
using UnitUse = GpuRuntime.Core.Monitoring.Samples.UnitUse;

namespace GpuRuntime.Agent.Monitoring.Attribution;

/// <summary>Adds up what processes use, by container and unit, beside what the ledger says that the container was given.</summary>
/// <param name="units">The units of the host.</param>
internal sealed class ContainerUses(ImmutableArray<HeldUnit> units, DmemMemory dmem, BusyTimes busy)
{
    private readonly Dictionary<string, HeldUnit> _byName = units.DistinctBy(unit => unit.Name).ToDictionary(unit => unit.Name, StringComparer.Ordinal);
    private readonly Dictionary<string, HeldUnit> _byId = units.DistinctBy(unit => unit.Id).ToDictionary(unit => unit.Id, StringComparer.Ordinal);

    private ImmutableArray<LedgerContainer> _ledger = [];
    private ImmutableArray<KeptUse> _kept = [];
    private ImmutableHashSet<string> _unknown = [];

    /// <summary>Every container that holds a unit or uses one, in the order of their ids.</summary>
    /// <param name="uses">In the order of the processes' numbers.</param>
    /// <param name="unknown">The ids of GPUs that other processes may use too.</param>
    /// <param name="problems">Gets what could not be read.</param>
    public ImmutableArray<ContainerUse> Of(LedgerContainers ledger, ImmutableArray<ProcessUse> uses, ImmutableHashSet<string> unknown, List<string> problems)
    {
        Follow(ledger);
        var isChanged = !unknown.SetEquals(_unknown);
        _unknown = unknown;
        var claims = Claims(uses);
        var own = new List<ProcessUse>();
        var containers = ImmutableArray.CreateBuilder<ContainerUse>(_kept.Length);
        foreach (var kept in _kept)
        {
            own.Clear();
            if (claims.TryGetValue(kept.Container.Identity.Id, out var claimed))
                Take(claimed, kept.Container.Identity, own);
            if (isChanged || !kept.IsOf(own) || dmem.TellsAny)
                kept.Keep(own, Of(kept.Container, own, problems));
            containers.Add(kept.Use!);
        }

        foreach (var left in claims.Values)
        {
            foreach (var uncounted in left.GroupBy(use => ContainerKey.Of(use.Container!)))
                containers.Add(new ContainerUse(uncounted.First().Container!, Units(null, [.. uncounted], problems)));
        }

        if (containers.Count > _kept.Length)
            containers.Sort((first, second) => string.CompareOrdinal(first.Container.Id, second.Container.Id));
        return containers.DrainToImmutable();
    }

    private void Follow(LedgerContainers ledger)
    {
        if (ledger.All == _ledger)
            return;
        var before = _kept.ToDictionary(kept => kept.Container);
        _kept = [.. ledger.All.Select(container => before.GetValueOrDefault(container) ?? new KeptUse(container)).OrderBy(kept => kept.Container.Identity.Id, StringComparer.Ordinal)];
        _ledger = ledger.All;
    }

    private static Dictionary<string, List<ProcessUse>> Claims(ImmutableArray<ProcessUse> uses)
    {
        var claims = new Dictionary<string, List<ProcessUse>>(StringComparer.Ordinal);
        foreach (var use in uses)
        {
            if (use.Container is not { } container)
                continue;
            if (!claims.TryGetValue(container.Id, out var claimed))
                claims[container.Id] = claimed = [];
            claimed.Add(use);
        }

        return claims;
    }

    // Each use is counted for one container: those that are taken are left to no other one.
    private static void Take(List<ProcessUse> claimed, ContainerIdentity container, List<ProcessUse> own)
    {
        own.AddRange(claimed.Where(use => ContainerKey.MayBeSame(use.Container!, container)));
        claimed.RemoveAll(use => ContainerKey.MayBeSame(use.Container!, container));
    }

    private ContainerUse Of(LedgerContainer container, List<ProcessUse> own, List<string> problems) =>
        new(own.Count > 0 ? own[0].Container! : container.Identity, Units(container, own, problems))
        {
            Since = container.Entry.Since,
            Mode = container.Entry.Mode,
        };

    private ImmutableArray<UnitUse> Units(LedgerContainer? container, List<ProcessUse> own, List<string> problems)
    {
        var found = new List<UnitUse>(1);
        if (container is not null)
        {
            foreach (var unit in container.Entry.Units)
                found.Add(Granted(unit, container, own, problems));
        }

        foreach (var use in own)
        {
            if (!found.Exists(unit => unit.UnitId == use.Use.UnitId) && _byId.TryGetValue(use.Use.UnitId, out var held))
                found.Add(Sum(held.Id, held.Gpu.Vendor, held.Gpu.Id, own));
        }

        found.Sort((first, second) => string.CompareOrdinal(first.UnitId, second.UnitId));
        return [.. found];
    }

    private UnitUse Granted(AllocatedUnit unit, LedgerContainer container, List<ProcessUse> own, List<string> problems)
    {
        // Indexes may have changed since: the place on the bus has not.
        var held = _byName.GetValueOrDefault(unit.Name);
        // Of what is not on this host at this moment nobody knows who uses it.
        var use = held is not null ? Sum(held.Id, held.Gpu.Vendor, held.Gpu.Id, own) : new UnitUse(unit.Id, VendorOf(unit.Id), unit.Id);
        return use with
        {
            IsGranted = true,
            MemoryLimit = unit.Memory,
            ComputeLimit = unit.Compute,
            MemoryUsedBytes = held is null ? null : FromCgroup(held, container, problems) ?? use.MemoryUsedBytes,
        };
    }

    private static GpuVendor VendorOf(string id) => GpuVendors.Parse(id.AsSpan(0, id.IndexOf(':', StringComparison.Ordinal))) ?? GpuVendor.Nvidia;

    private UnitUse Sum(string id, GpuVendor vendor, string gpu, List<ProcessUse> own)
    {
        // A container without a process there holds nothing; one with a process of which the driver does not tell holds nobody knows how much.
        long? memory = 0;
        double? ratio = null;
        var (count, last) = (0, 0);
        foreach (var use in own)
        {
            if (use.Use.UnitId != id)
                continue;
            memory = use.Use.MemoryBytes is { } bytes && memory is { } sum ? bytes > long.MaxValue - sum ? long.MaxValue : sum + bytes : null;
            ratio = use.Use.UtilizationRatio is { } share ? Math.Min(1, (ratio ?? 0) + share) : ratio;
            count += use.Process.Pid == last ? 0 : 1;
            last = use.Process.Pid;
        }

        var isKnown = !_unknown.Contains(gpu);
        return new UnitUse(id, vendor, gpu)
        {
            MemoryUsedBytes = isKnown ? memory : null,
            UtilizationRatio = isKnown ? ratio : null,
            BusySeconds = own.Count == 0 ? null : busy.Of(ContainerKey.Of(own[0].Container!), id),
            ProcessCount = isKnown ? count : null,
        };
    }

    private long? FromCgroup(HeldUnit unit, LedgerContainer container, List<string> problems)
    {
        if (!dmem.Tells(unit))
            return null;
        try
        {
            return container.Read(DmemUse.File) is { } text ? dmem.Of(unit, text) : null;
        }
        catch (Exception exception) when (exception is LinuxException or GpuRuntimeException)
        {
            problems.Add($"The cgroup of container {PrintableText.Of(container.Entry.Container)} cannot be read: {exception.Message.TrimEnd('.')}.");
            return null;
        }
    }
}

using System.Collections.Immutable;
using GpuRuntime.Core.Errors;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Core.Limits;
using GpuRuntime.Core.Requests;
using GpuRuntime.Core.Selection;
using GpuRuntime.Core.Vendors;

namespace GpuRuntime.Core.Allocation;

/// <summary>Decides what a request gets, with what others hold in view: which GPUs, whether it may have them, and by what its limits are held.</summary>
public sealed class Allocator
{
    private readonly GpuRequest _request;
    private readonly ImmutableArray<Gpu> _host;
    private readonly LimitFacts _facts;
    private readonly IHoldings _holdings;
    private readonly Admission _admission;

    private Allocator(GpuRequest request, ImmutableArray<Gpu> host, LimitFacts facts, IHoldings holdings)
    {
        _request = request;
        _host = host;
        _facts = facts;
        _holdings = holdings;
        _admission = new Admission(request, facts.Configuration, holdings);
    }

    /// <param name="host">Every GPU of the host, as <see cref="VendorModules.Identify"/> gives them.</param>
    /// <exception cref="GpuRuntimeException">
    /// <see cref="GpuSelection.Select"/>'s, <see cref="ErrorCode.GpuHeld"/>, <see cref="ErrorCode.MemoryExhausted"/>, <see cref="ErrorCode.LimitUnavailable"/>.
    /// </exception>
    public static Allocation Allocate(GpuRequest request, ImmutableArray<Gpu> host, LimitFacts facts, IHoldings holdings) =>
        new Allocator(request, host, facts, holdings).Allocate();

    private bool HasLimit => _request.MemoryLimitBytes is not null || _request.ComputePercent is not null;

    private Allocation Allocate()
    {
        var selected = GpuSelection.Select(_request, _host, _facts.Configuration, Counted);
        if (selected.IsNothing || selected.Gpus.IsEmpty)
            return new Allocation([], selected.Warnings) { IsNothing = selected.IsNothing };
        var gpus = HasLimit ? [.. selected.Gpus.Select(gpu => Narrowed(Described(gpu), selected))] : selected.Gpus;
        var units = HeldUnit.Of(gpus);
        foreach (var unit in units)
            _admission.Check(unit);
        return new Allocation(gpus, selected.Warnings) { Mode = _request.Mode, Units = [.. units.Select(Allocated)] } is var allocation && HasLimit
            ? WithLimits(allocation, units)
            : allocation;
    }

    private Allocation WithLimits(Allocation allocation, ImmutableArray<HeldUnit> units)
    {
        var plan = LimitPlan.None;
        if (_request.MemoryLimitBytes is not null)
            plan = MemoryLimits.Plan([.. units.Select((unit, index) => new LimitedUnit(unit, allocation.Units[index].Memory!))], _facts);
        return allocation with { Limits = _request.ComputePercent is { } percent ? ComputeShares.Add(plan, units, percent, _facts) : plan };
    }

    private AllocatedUnit Allocated(HeldUnit unit) => new(unit.Name, unit.Id, unit.Gpu.PciAddress)
    {
        Uuid = unit.Uuid,
        Memory = _request.MemoryLimitBytes is { } bytes ? MemoryLimits.Choose(unit, _holdings.Of(unit), bytes, _facts, _request.Source) : null,
        Compute = _request.ComputePercent is { } percent ? ComputeShares.Choose(unit, _holdings.Of(unit), percent, _facts, _request.Source) : null,
    };

    // Any N GPUs: those that may be had, and of these the ones that fewest hold and that are closest to each other.
    private ImmutableArray<Gpu> Counted(int count, ImmutableArray<Gpu> candidates)
    {
        ImmutableArray<Gpu> free = [.. candidates.Where(IsAvailable)];
        if (free.Length < count)
            throw _admission.TooFew(count, free.Length, candidates);
        if (_request.MemoryLimitBytes is { } bytes)
            free = SmallestInstances(count, bytes, free);
        if (free.Length == count)
            return free;
        ImmutableArray<PlacementCandidate> placed = [.. free.Select(gpu => new PlacementCandidate(gpu, Holders(gpu)))];
        return Placement.Choose(count, placed, count > 1 ? VendorModules.Links(free, _facts.Root) : []);
    }

    private int Holders(Gpu gpu)
    {
        var holders = 0;
        foreach (var unit in HeldUnit.Of(gpu))
            holders += _holdings.Of(unit).Holders;
        return holders;
    }

    private bool IsAvailable(Gpu gpu)
    {
        // Of a divided GPU a limit takes one device, and which ones are free is seen then.
        if (HasLimit && gpu.MigDevices.Length > 1)
            return Candidates(Described(gpu)).Any();
        return HeldUnit.Of(HasLimit ? Described(gpu) : gpu).All(unit => _admission.Refusal(unit) is null);
    }

    // Where enough instances that the hardware keeps apart are large enough and free, the smallest of them are taken.
    private ImmutableArray<Gpu> SmallestInstances(int count, long bytes, ImmutableArray<Gpu> free)
    {
        List<SizedGpu> sized = [];
        foreach (var gpu in free)
        {
            var described = Described(gpu);
            var size = described.MigDevices.Length > 1
                ? Smallest(described)?.MemoryBytes
                : HeldUnit.Of(described) is [{ IsInstance: true } unit] && unit.MemoryBytes >= bytes && _holdings.Of(unit).Holders == 0 ? unit.MemoryBytes : null;
            if (size is { } known)
                sized.Add(new SizedGpu(gpu, known));
        }

        if (sized.Count < count)
            return free;
        List<SizedGpu> smallest = [.. sized];
        smallest.Sort((first, second) => first.Bytes.CompareTo(second.Bytes));
        return [.. sized.Where(gpu => gpu.Bytes <= smallest[count - 1].Bytes).Select(gpu => gpu.Gpu)];
    }

    // A GPU that is divided and was asked for as one gives the smallest of its devices that is free and has what is asked for.
    private Gpu Narrowed(Gpu gpu, SelectedGpus selected)
    {
        if (gpu.MigDevices.Length < 2 || !selected.WholeIds.Contains(gpu.Id))
            return gpu;
        return Smallest(gpu)?.Gpu ?? throw _admission.NoInstance(gpu);
    }

    // By memory, then by its part of the compute units; the first of equal ones.
    private HeldUnit? Smallest(Gpu gpu)
    {
        HeldUnit? smallest = null;
        foreach (var unit in Candidates(gpu))
        {
            var order = smallest is null ? -1 : (unit.MemoryBytes ?? long.MaxValue).CompareTo(smallest.MemoryBytes ?? long.MaxValue);
            if (order < 0 || (order == 0 && (unit.MigDevice!.ComputePercent ?? int.MaxValue) < (smallest!.MigDevice!.ComputePercent ?? int.MaxValue)))
                smallest = unit;
        }

        return smallest;
    }

    private IEnumerable<HeldUnit> Candidates(Gpu gpu) => HeldUnit.Of(gpu).Where(unit =>
        _holdings.Of(unit).Holders == 0
        && (_request.MemoryLimitBytes is not { } bytes || unit.MemoryBytes >= bytes)
        && (_request.ComputePercent is not { } percent || unit.MigDevice!.ComputePercent >= percent));

    private readonly Dictionary<string, Gpu> _described = new(StringComparer.Ordinal);

    private Gpu Described(Gpu gpu)
    {
        var key = $"{gpu.Id} {gpu.MigDevices.Length}";
        if (!_described.TryGetValue(key, out var described))
            _described[key] = described = VendorModules.Describe(gpu, _facts.Root);
        return described;
    }

    private sealed record SizedGpu(Gpu Gpu, long Bytes);
}

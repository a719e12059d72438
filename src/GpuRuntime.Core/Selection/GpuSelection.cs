using System.Collections.Immutable;
using GpuRuntime.Core.Configuration;
using GpuRuntime.Core.Errors;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Core.Requests;

namespace GpuRuntime.Core.Selection;

/// <summary>Turns what was asked for into GPUs of this host. A selector that names nothing fails; it is never dropped.</summary>
public static class GpuSelection
{
    /// <exception cref="GpuRuntimeException">
    /// <see cref="ErrorCode.GpuNotFound"/>, <see cref="ErrorCode.NoGpu"/>, <see cref="ErrorCode.RequestUnsupported"/>.
    /// </exception>
    /// <param name="counted">Which of the candidates a count takes; the first that can compute by default.</param>
    public static SelectedGpus Select(
        GpuRequest request, ImmutableArray<Gpu> host, RuntimeConfiguration configuration, Func<int, ImmutableArray<Gpu>, ImmutableArray<Gpu>>? counted = null)
    {
        var warnings = new List<string>();
        var selectors = VendorSelection.Adapt(request, host, configuration, warnings);
        if (selectors.IsEmpty)
            return new SelectedGpus([], [.. warnings]) { IsNothing = !request.DriverFilesOnly };
        var grant = new Grant();
        foreach (var selector in selectors)
            Add(selector, host, request.Source, grant, counted ?? First);
        var gpus = grant.In(host);
        foreach (var gpu in gpus.Where(gpu => gpu.OffersVirtualFunctions))
            warnings.Add($"{request.Source} names {gpu.Id} ({gpu.PciAddress}), whose virtual functions share it with whoever has those.");
        return new SelectedGpus(gpus, [.. warnings]) { WholeIds = grant.WholeIds };
    }

    private static void Add(DeviceSelector selector, ImmutableArray<Gpu> host, string source, Grant grant, Func<int, ImmutableArray<Gpu>, ImmutableArray<Gpu>> counted)
    {
        var candidates = selector.Vendor is { } vendor ? host.Where(gpu => gpu.Vendor == vendor).ToImmutableArray() : host;
        if (candidates.IsEmpty)
            throw SelectionErrors.NoGpu(selector, host, source);
        switch (selector.Kind)
        {
            case SelectorKind.All:
                grant.Add(HandedOut(selector, candidates, host, source));
                break;
            case SelectorKind.Count:
                var given = HandedOut(selector, candidates, host, source);
                if (given.Length < selector.First)
                    throw SelectionErrors.NotFound($"{source} asks for {selector.First} GPUs where {given.Length} can be given", host);
                grant.Add(counted(selector.First, given));
                break;
            case SelectorKind.Index:
                grant.Add(ByIndex(selector, candidates, host, source));
                break;
            case SelectorKind.PciAddress:
                // The partitions of a divided GPU have one address together.
                grant.Add(candidates.Where(gpu => gpu.PciAddress == selector.Address).ToImmutableArray() is { IsEmpty: false } named
                    ? named
                    : throw SelectionErrors.Named(selector, host, source));
                break;
            case SelectorKind.MigIndex:
                MigSelection.AddByIndex(selector, candidates, host, source, grant);
                break;
            case SelectorKind.Uuid when selector.NamesMigDevice:
                MigSelection.AddByUuid(selector, candidates, host, source, grant);
                break;
            default:
                grant.Add(ByUuid(selector, candidates, host, source));
                break;
        }
    }

    // A physical function that hands itself out through virtual ones is given to those who name it.
    private static ImmutableArray<Gpu> HandedOut(DeviceSelector selector, ImmutableArray<Gpu> candidates, ImmutableArray<Gpu> host, string source) =>
        candidates.Where(gpu => !gpu.OffersVirtualFunctions).ToImmutableArray() is { IsEmpty: false } given
            ? given
            : throw SelectionErrors.NotFound(
                $"{source} asks for {PrintableText.Quote(selector.Text)}, and what there is hands itself out through virtual functions, so that it has to be named by its PCI address", host);

    // Those that can compute first: nobody counts on a GPU that is for graphics alone.
    private static ImmutableArray<Gpu> First(int count, ImmutableArray<Gpu> candidates) =>
        [.. candidates.Where(gpu => gpu.HasCompute).Concat(candidates.Where(gpu => !gpu.HasCompute)).Take(count)];

    // An index without a vendor counts over the host's list; with several vendors that would surprise, so it has to say which.
    private static IEnumerable<Gpu> ByIndex(DeviceSelector selector, ImmutableArray<Gpu> candidates, ImmutableArray<Gpu> host, string source)
    {
        if (!selector.CountsOverHost && candidates.Any(gpu => gpu.Vendor != candidates[0].Vendor))
            throw SelectionErrors.NotFound($"{source}: {PrintableText.Quote(selector.Text)} does not say of which vendor", host);
        for (var index = selector.First; index <= selector.Last; index++)
            yield return index < candidates.Length ? candidates[index] : throw SelectionErrors.Named(selector, host, source);
    }

    private static IEnumerable<Gpu> ByUuid(DeviceSelector selector, ImmutableArray<Gpu> candidates, ImmutableArray<Gpu> host, string source)
    {
        var named = GpuIdentity.NamedBy(selector.Uuid, candidates);
        return GpuIdentity.Distinct(named) switch
        {
            1 => named,
            0 => throw SelectionErrors.Named(selector, host, source),
            var several => throw SelectionErrors.NotFound($"{source}: {PrintableText.Quote(selector.Text)} is the beginning of {several} UUIDs", host),
        };
    }
}

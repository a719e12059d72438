using System.Collections.Immutable;
using GpuRuntime.Core.Configuration;
using GpuRuntime.Core.Errors;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Core.Requests;

namespace GpuRuntime.Core.Selection;

/// <summary>Turns what was asked for into GPUs of this host. A selector that names nothing fails; it is never dropped.</summary>
public static class GpuSelection
{
    /// <returns>The GPUs, each once, in the host's order; <see langword="null"/> when, seen with this host, nothing was asked for.</returns>
    /// <exception cref="GpuRuntimeException">
    /// <see cref="ErrorCode.GpuNotFound"/>, <see cref="ErrorCode.NoGpu"/>, <see cref="ErrorCode.RequestUnsupported"/>.
    /// </exception>
    public static ImmutableArray<Gpu>? Select(GpuRequest request, ImmutableArray<Gpu> host, RuntimeConfiguration configuration)
    {
        var selectors = request.Selectors;
        // Docker's --gpus arrives in NVIDIA's variable; on a host without NVIDIA GPUs it means the ones that are there.
        if (request.FromGpusFlag && configuration.GpusFlag == GpusFlagMeaning.Auto && !host.IsEmpty && host.All(gpu => gpu.Vendor != GpuVendor.Nvidia))
            selectors = [.. selectors.Select(selector => selector.Vendor == GpuVendor.Nvidia ? selector with { Vendor = null } : selector)];

        selectors = SwarmSelection.Merge(selectors, request.SwarmResources, host);
        if (selectors.IsEmpty)
            return request.DriverFilesOnly ? [] : null;
        var granted = selectors.SelectMany(selector => Find(selector, host, request.Source)).ToHashSet();
        return [.. host.Where(granted.Contains)];
    }

    private static IEnumerable<Gpu> Find(DeviceSelector selector, ImmutableArray<Gpu> host, string source)
    {
        var candidates = selector.Vendor is { } vendor ? host.Where(gpu => gpu.Vendor == vendor).ToImmutableArray() : host;
        if (candidates.IsEmpty)
            throw NoGpu(selector, host, source);
        return selector.Kind switch
        {
            SelectorKind.All => candidates,
            SelectorKind.Count => candidates.Length >= selector.First
                ? candidates.Take(selector.First)
                : throw NotFound($"{source} asks for {selector.First} GPUs", host),
            SelectorKind.Index => ByIndex(selector, candidates, host, source),
            SelectorKind.PciAddress => [candidates.FirstOrDefault(gpu => gpu.PciAddress == selector.Address) ?? throw Named(selector, host, source)],
            SelectorKind.Uuid when !selector.Uuid.StartsWith("MIG-", StringComparison.OrdinalIgnoreCase) => [ByUuid(selector, candidates, host, source)],
            _ => throw new GpuRuntimeException(
                ErrorCode.RequestUnsupported,
                $"{source}: {PrintableText.Quote(selector.Text)} names a MIG device, which this version does not serve; name a whole GPU. This host has {HostGpus.Describe(host)}."),
        };
    }

    // An index without a vendor counts over the host's list; with several vendors that would surprise, so it has to say which.
    private static IEnumerable<Gpu> ByIndex(DeviceSelector selector, ImmutableArray<Gpu> candidates, ImmutableArray<Gpu> host, string source)
    {
        if (candidates.Any(gpu => gpu.Vendor != candidates[0].Vendor))
            throw NotFound($"{source}: {PrintableText.Quote(selector.Text)} does not say of which vendor", host);
        for (var index = selector.First; index <= selector.Last; index++)
            yield return candidates.FirstOrDefault(gpu => gpu.Index == index) ?? throw Named(selector, host, source);
    }

    private static Gpu ByUuid(DeviceSelector selector, ImmutableArray<Gpu> candidates, ImmutableArray<Gpu> host, string source)
    {
        var named = NamedBy(selector.Uuid, candidates);
        return named.Count switch
        {
            1 => named[0],
            0 => throw Named(selector, host, source),
            _ => throw NotFound($"{source}: {PrintableText.Quote(selector.Text)} is the beginning of {named.Count} UUIDs", host),
        };
    }

    /// <summary>The GPU with this UUID, else those whose UUID begins with it.</summary>
    internal static List<Gpu> NamedBy(string name, ImmutableArray<Gpu> candidates)
    {
        var wanted = Normalized(name);
        if (wanted.Length == 0)
            return [];
        var beginning = candidates.Where(gpu => gpu.Uuid is { } uuid && Normalized(uuid).StartsWith(wanted, StringComparison.Ordinal)).ToList();
        return beginning.Find(gpu => HasUuid(gpu, name)) is { } exact ? [exact] : beginning;
    }

    internal static bool HasUuid(Gpu gpu, string uuid) => gpu.Uuid is { } own && Normalized(own) == Normalized(uuid);

    // Letter case, a hexadecimal prefix and zeros in front do not tell GPUs apart.
    private static string Normalized(string uuid)
    {
        var lower = uuid.ToLowerInvariant();
        return (lower.StartsWith("0x", StringComparison.Ordinal) ? lower[2..] : lower).TrimStart('0');
    }

    private static GpuRuntimeException NoGpu(DeviceSelector selector, ImmutableArray<Gpu> host, string source) => new(
        ErrorCode.NoGpu,
        $"{source} asks for {PrintableText.Quote(selector.Text)}, and this host has no {(selector.Vendor is { } vendor ? vendor.DisplayName() + " " : "")}GPU. It has {HostGpus.Describe(host)}; run gpu-runtime check to see why.");

    private static GpuRuntimeException Named(DeviceSelector selector, ImmutableArray<Gpu> host, string source) =>
        NotFound($"{source}: {PrintableText.Quote(selector.Text)} is not a GPU of this host", host);

    private static GpuRuntimeException NotFound(string what, ImmutableArray<Gpu> host) =>
        new(ErrorCode.GpuNotFound, $"{what}. This host has {HostGpus.Describe(host)}.");
}

using System.Collections.Immutable;

namespace GpuRuntime.TestHosts;

/// <summary>Sees to it that no two devices of a host claim one address or one DRM number.</summary>
internal static class HostNumbers
{
    /// <returns>DRM minors of all cards and render nodes that the options name.</returns>
    /// <exception cref="ArgumentException">A number or a PCI address is claimed twice.</exception>
    public static ImmutableHashSet<int> TakenMinors(SimulatedHostOptions options, ImmutableArray<SimulatedGpu> nvidia)
    {
        int?[] minors =
        [
            options.Bmc ? GpuNumbering.ControllerCard : null,
            .. nvidia.SelectMany(gpu => new int?[] { gpu.CardNumber, gpu.RenderNumber }),
            .. options.Amd.SelectMany(gpu => new int?[] { gpu.CardNumber, gpu.RenderNumber }),
            .. options.Intel.SelectMany(gpu => new[] { gpu.CardNumber, gpu.RenderNumber }),
            .. options.OtherFunctions.SelectMany(function => new[] { function.CardNumber, function.RenderNumber }),
        ];
        string[] addresses =
        [
            BoardFunctions.NetworkCard.Address,
            .. options.Bmc ? [BoardFunctions.Controller.Address] : Array.Empty<string>(),
            .. nvidia.Select(gpu => gpu.PciAddress),
            .. options.Amd.Select(gpu => gpu.PciAddress),
            .. options.Intel.Select(gpu => gpu.PciAddress),
            .. options.OtherFunctions.Select(function => function.PciAddress),
        ];
        RefuseDuplicates("DRM number", minors.OfType<int>());
        RefuseDuplicates("PCI address", addresses);
        return [.. minors.OfType<int>()];
    }

    private static void RefuseDuplicates<T>(string what, IEnumerable<T> values)
    {
        var duplicates = values.GroupBy(value => value).Where(group => group.Count() > 1).Select(group => group.Key);
        if (string.Join(", ", duplicates) is { Length: > 0 } list)
            throw new ArgumentException($"claimed more than once, {what}: {list}");
    }
}

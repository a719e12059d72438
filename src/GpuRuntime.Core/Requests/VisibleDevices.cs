using System.Collections.Immutable;
using GpuRuntime.Core.Cdi;
using GpuRuntime.Core.Inventory;

namespace GpuRuntime.Core.Requests;

/// <summary>What a vendor's own variable (NVIDIA_VISIBLE_DEVICES and its kin) asks for.</summary>
public abstract record VisibleDevices
{
    private VisibleDevices()
    {
    }

    /// <summary>
    /// Reads a vendor's variable with the meaning that vendor's toolkit gives it: unset, empty or only commas = nothing; <c>void</c> anywhere =
    /// nothing; the first item that is <c>all</c> or <c>none</c> decides; these words count in lower case only, but for <c>all</c> with AMD, which also takes <c>All</c> and <c>ALL</c>.
    /// </summary>
    /// <exception cref="Errors.GpuRuntimeException">An item is no selector.</exception>
    public static VisibleDevices Parse(string? value, GpuVendor vendor, string variable)
    {
        var items = (value ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (items.Length == 0 || items.Contains("void"))
            return new NotAsked();
        foreach (var item in items)
        {
            switch (item)
            {
                case "all":
                case "All" or "ALL" when vendor == GpuVendor.Amd:
                    return new Listed([new DeviceSelector(SelectorKind.All, vendor, "all")]);
                case "none":
                    return new DriverOnly();
                default:
                    continue;
            }
        }

        return new Listed([.. items.Where(item => !CdiName.IsQualified(item)).Select(item => SelectorGrammar.Parse(item, vendor, variable))])
        {
            CdiDevices = [.. items.Select(CdiName.TryParse).OfType<CdiName>()],
        };
    }

    /// <summary>Nothing is asked for; the container stays as it is.</summary>
    public sealed record NotAsked : VisibleDevices;

    /// <summary>The driver's files without a GPU.</summary>
    public sealed record DriverOnly : VisibleDevices;

    public sealed record Listed(ImmutableArray<DeviceSelector> Selectors) : VisibleDevices
    {
        /// <summary>Qualified names of CDI devices, which may be any vendor's.</summary>
        public ImmutableArray<CdiName> CdiDevices { get; init; } = [];
    }
}

using System.Collections.Immutable;
using GpuRuntime.Core.Configuration;
using GpuRuntime.Core.Errors;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Core.Requests;
using GpuRuntime.Core.Selection;

namespace GpuRuntime.Core.Cdi.Generation;

/// <summary>
/// The names under which a vendor's GPUs stand in its specification: <c>0</c>, <c>GPU-8f2c...</c>, <c>0000:3b:00.0</c>, <c>0:1</c>, <c>all</c>. Each means
/// what the same word means in a request, because the same selection resolves it.
/// </summary>
public static class CdiDeviceNames
{
    public const string All = "all";

    /// <param name="gpus">One vendor's, in index order.</param>
    /// <returns>Names in a stable order, each with its GPUs: indexes with MIG devices behind their GPU, then UUIDs, PCI addresses and <c>all</c>.</returns>
    public static ImmutableArray<NamedGpus> Of(ImmutableArray<Gpu> gpus, RuntimeConfiguration configuration)
    {
        var names = gpus.SelectMany(gpu => gpu.MigDevices.Select(device => $"{gpu.Index}:{device.Index}").Prepend($"{gpu.Index}"))
            .Concat(gpus.SelectMany(gpu => gpu.MigDevices.Select(device => device.Uuid).Prepend(gpu.Uuid)).OfType<string>())
            .Concat(gpus.Select(gpu => gpu.PciAddress.ToString()));
        // One node for all of them: there is nothing to choose.
        if (gpus.Any(gpu => gpu.IsEveryGpu))
            names = [];
        return
        [
            .. names.Append(All).Where(name => CdiGrammar.DeviceNameProblem(name) is null).Distinct()
                .Select(name => new NamedGpus(name, Named(name, gpus, configuration))).Where(named => !named.Gpus.IsEmpty),
        ];
    }

    /// <summary>The GPUs of one vendor that a name means; empty where the host has none of that name.</summary>
    public static ImmutableArray<Gpu> Named(string name, ImmutableArray<Gpu> gpus, RuntimeConfiguration configuration)
    {
        try
        {
            return Selector(name, gpus[0].Vendor) is { } selector ? GpuSelection.Select(new GpuRequest { Selectors = [selector] }, gpus, configuration).Gpus : [];
        }
        catch (GpuRuntimeException exception) when (exception.Code is ErrorCode.GpuNotFound or ErrorCode.NoGpu or ErrorCode.RequestUnsupported)
        {
            return [];
        }
    }

    /// <summary>The name as our own requests say it; <see langword="null"/> when it is none that we give.</summary>
    public static DeviceSelector? Selector(string name, GpuVendor vendor)
    {
        if (name == All)
            return new DeviceSelector(SelectorKind.All, vendor, name);
        // A range is a word of requests alone.
        return SelectorGrammar.TryParse(name) is { } selector && (selector.Vendor ?? vendor) == vendor && (selector.Kind != SelectorKind.Index || selector.First == selector.Last)
            ? selector with { Vendor = vendor }
            : null;
    }
}

/// <summary>A name in a specification, and the GPUs that it means; of a divided one the MIG devices that it means.</summary>
public sealed record NamedGpus(string Name, ImmutableArray<Gpu> Gpus);

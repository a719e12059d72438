using System.Collections.Immutable;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Core.Requests;

namespace GpuRuntime.Checks;

/// <summary>A processor's GPU beside a card: programs that take the first GPU they see often take the wrong one.</summary>
internal static class IntegratedGpuChecks
{
    public static IEnumerable<Finding> Run(ImmutableArray<Gpu> gpus)
    {
        // What is shared out through virtual functions comes with no "all".
        var all = gpus.Where(gpu => !gpu.OffersVirtualFunctions).ToList();
        var integrated = all.Where(gpu => gpu.IsIntegrated == true).ToList();
        var cards = all.Where(gpu => gpu.IsIntegrated != true).Select(gpu => gpu.PciAddress).Distinct().ToList();
        if (integrated.Count == 0 || cards.Count == 0)
            yield break;
        yield return new Finding(
            "integrated GPU",
            $"{NameList.Of(integrated.Select(gpu => gpu.Id))}: part of the processor, which {RequestReader.GpusVariable}=all gives too; "
            + $"{RequestReader.GpusVariable}=device={string.Join(',', cards)} gives what is on a card alone");
    }
}

using GpuRuntime.Core.Vendors.Nvidia;
using GpuRuntime.Fuzz.Tests.Contract;
using GpuRuntime.Fuzz.Tests.Inputs;

namespace GpuRuntime.Fuzz.Tests.Targets;

/// <summary>What nvidia-smi prints: the report (<c>-q -x</c>), and behind a zero byte the list (<c>-L</c>) and the matrix (<c>topo -m</c>) as one.</summary>
internal static class VendorToolTarget
{
    public static void Run(ReadOnlySpan<byte> input)
    {
        var (query, list) = InputText.Two(input);
        var gpus = SmiReport.Parse(list, query);
        var kept = ReportedGpus.Format(gpus);
        Broken.Unless(ReportedGpus.Format(ReportedGpus.Parse(kept)) == kept, "what is kept of the report is read as it was written");
        if (SmiTopology.Links(list, list, gpus) is { } links)
            Broken.Unless(ReportedLinks.Parse(ReportedLinks.Format(links)).Length <= links.Length, "links that are kept are those that were reported");
    }
}

using GpuRuntime.EndToEnd.Tests.Rows;

namespace GpuRuntime.EndToEnd.Tests.Vendors;

/// <summary>Rows about one container with GPUs of NVIDIA's, AMD's and Intel's: both of NVIDIA's, the first of AMD's, and Intel's only one.</summary>
public abstract class ThreeVendorFixture(EngineKind kind) : VendorFixture(kind, VendorHosts.ThreeVendors)
{
    /// <summary>In our own grammar.</summary>
    private protected const string Request = "amd:0,intel:0,nvidia:all";

    // opendev's lines hold ": ", those of find nothing, those of links " -> ".
    private const string Report = """
        /bin/opendev $(find /dev/nvidia* /dev/dri /dev/kfd -type c)
        cd /dev/dri/by-path
        for link in *; do
            echo "$link -> $(readlink $link)"
            [ -c $link ] || echo "$link leads nowhere"
        done
        """;

    private protected ContainerRequest Reporting(params string[] variables) => Asking(variables, ["sh", "-c", Report]);

    /// <summary>The nodes open and are all there is; links are there for exactly the GPUs whose DRM nodes are.</summary>
    private protected void AssertThreeVendors(CommandResult result, bool graphics = false)
    {
        var granted = Gpus.Where(static gpu => gpu.Id != "amd:1").ToList();
        var drawing = granted.Where(gpu => graphics || gpu.Vendor != "nvidia").ToList();
        string[] drawn = [.. drawing.SelectMany(static gpu => gpu.DrmNodes), .. graphics ? [HostNodes.Modeset] : Array.Empty<string>()];
        string[] nodes = [.. granted.SelectMany(static gpu => gpu.Nodes).Union(drawn)];

        Probe.AssertAllOpen(result.EnsureSuccess(), nodes);
        Assert.That(Probe.Results(result).Keys, Is.EquivalentTo(nodes), result.ToString());
        Assert.That(result.Lines.Where(static line => !line.Contains(": ", StringComparison.Ordinal)), Is.EquivalentTo(drawing.SelectMany(static gpu => gpu.ByPathLinks)));
    }
}

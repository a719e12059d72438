using System.Collections.Immutable;
using GpuRuntime.EndToEnd.Tests.Rows;
using GpuRuntime.EndToEnd.Tests.Vendors;

namespace GpuRuntime.EndToEnd.Tests.Cdi;

/// <summary>Rows about an engine that applies what gpu-runtime cdi generate wrote of a host, by its name in <see cref="VendorHosts"/>.</summary>
public abstract class GeneratedSpecFixture(EngineKind kind, string host) : CdiFixture(kind)
{
    // opendev's lines hold ": ", those of links " -> ".
    private protected const string Report = """
        /bin/opendev $(find /dev/nvidia* /dev/dri /dev/kfd -type c 2>/dev/null)
        cd /dev/dri/by-path 2>/dev/null || exit 0
        for link in *; do
            echo "$link -> $(readlink $link)"
            [ -c $link ] || echo "$link leads nowhere -> "
        done
        """;

    private protected ImmutableArray<HostGpu> Gpus => HostGpus.Of(Machine);

    // NVIDIA's specification is for whatever a container does: with the nodes that drawing needs.
    private protected static ImmutableArray<string> NodesOf(IEnumerable<HostGpu> gpus) =>
        [.. gpus.SelectMany(static gpu => gpu.Vendor == "nvidia" ? [.. gpu.Nodes, .. gpu.DrmNodes, HostNodes.Modeset] : gpu.Nodes).Distinct()];

    /// <summary>The name of a GPU in its vendor's specification.</summary>
    private protected static string Device(HostGpu gpu) => $"{gpu.Vendor}.com/gpu={gpu.Id[(gpu.Id.IndexOf(':', StringComparison.Ordinal) + 1)..]}";

    private protected Task<CommandResult> ReportAsync(params string[] devices) => Engine.RunAsync(WithDevices(Busybox, devices, "sh", "-c", Report));

    private protected static void AssertExactly(CommandResult result, params IEnumerable<HostGpu> gpus)
    {
        var nodes = NodesOf(gpus);
        Probe.AssertAllOpen(result.EnsureSuccess(), nodes);
        Assert.That(Probe.Results(result).Keys, Is.EquivalentTo(nodes), result.ToString());
        Assert.That(result.Lines.Where(static line => line.Contains(" -> ", StringComparison.Ordinal)), Is.EquivalentTo(gpus.SelectMany(static gpu => gpu.ByPathLinks)), result.ToString());
    }

    private protected override TestMachine CreateMachine(string lowLevelRuntime) => VendorHosts.Open(host, lowLevelRuntime);

    private protected override async Task PrepareAsync()
    {
        await base.PrepareAsync();
        string[] version = Kind == EngineKind.PodmanWithCdi ? ["--cdi-version", "0.5.0"] : [];
        (await Command.Of(Programs.GpuRuntime, ["cdi", "generate", "--output", Cdi.Etc, "--config", Machine.ConfigPath, .. version]).RunAsync()).EnsureSuccess();
    }
}

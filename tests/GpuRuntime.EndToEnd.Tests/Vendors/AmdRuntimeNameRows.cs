using System.Collections.Immutable;
using System.Text.Json.Nodes;
using GpuRuntime.EndToEnd.Tests.Rows;

namespace GpuRuntime.EndToEnd.Tests.Vendors;

/// <summary>A daemon.json that was written for AMD's toolkit, and gpu-runtime under the name that it registers.</summary>
[TestFixture(EngineKind.DockerOnCgroupV1)]
[TestFixture(EngineKind.DockerOnCgroupV2)]
public sealed class AmdRuntimeNameRows(EngineKind kind) : VendorFixture(kind, VendorHosts.Mi210Pair)
{
    private const string Name = "amd-container-runtime";

    [TestCase("amd", "all", "amd:0", "amd:1")]
    [TestCase("amd", "0x93D04F5518A6BE1C", "amd:1")]
    [TestCase("by-path", "1", "amd:1")]
    public async Task Containers_have_their_GPUs(string runtime, string value, params string[] ids)
    {
        var nodes = Gpus.NodesOf(ids);

        var opened = await Engine.RunAsync(Asking([$"AMD_VISIBLE_DEVICES={value}"], Probe.Open(nodes)) with { Runtime = runtime });
        var listed = await Engine.RunAsync(Asking([$"AMD_VISIBLE_DEVICES={value}"], Probe.ListNodes) with { Runtime = runtime });

        Probe.AssertAllOpen(opened, nodes);
        Assert.That(listed.EnsureSuccess().Lines, Is.EquivalentTo(nodes));
    }

    [Test]
    public async Task A_container_that_asks_for_nothing_has_nothing()
    {
        var result = await Engine.RunAsync(Asking([], Probe.ListNodes) with { Runtime = "amd" });

        Assert.That(result.EnsureSuccess().Output.Trim(), Is.Empty);
    }

    private protected override ImmutableDictionary<string, string> Runtimes() => ImmutableDictionary<string, string>.Empty;

    private protected override EngineSettings Configure(EngineSettings settings)
    {
        var programs = Machine.Directory.CreateSubdirectory("programs");
        File.CreateSymbolicLink(Path.Combine(programs, Name), Programs.GpuRuntime);
        return settings with
        {
            ProgramDirectory = programs,
            DaemonConfiguration = new JsonObject
            {
                ["runtimes"] = new JsonObject
                {
                    // As amd-ctk runtime configure writes it, and by path.
                    ["amd"] = new JsonObject { ["path"] = Name, ["runtimeArgs"] = new JsonArray() },
                    ["by-path"] = new JsonObject { ["path"] = Path.Combine(programs, Name) },
                },
            },
        };
    }
}

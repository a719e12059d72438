using System.Collections.Immutable;
using System.Text.Json.Nodes;
using GpuRuntime.EndToEnd.Tests.Cdi;
using GpuRuntime.EndToEnd.Tests.Vendors;

namespace GpuRuntime.EndToEnd.Tests.Configure;

/// <summary>A Docker 26.1 whose CDI was switched off, as configure --cdi left its daemon.json.</summary>
public sealed class DockerCdiConfigurationRows() : GeneratedSpecFixture(EngineKind.Docker26, VendorHosts.ThreeVendors)
{
    [Test]
    public async Task Docker_gives_CDI_devices_of_each_vendor()
    {
        var gpus = Gpus.Named("nvidia:0", "amd:0", "intel:0").ToList();

        AssertExactly(await ReportAsync([.. gpus.Select(Device)]), gpus);
    }

    [Test]
    public async Task Docker_starts_containers_with_gpu_runtime_where_none_is_named()
    {
        var info = (await ((PrivateDockerd)Engine).DockerAsync("info", "--format", "{{.DefaultRuntime}}")).EnsureSuccess();

        Assert.That(info.Output.Trim(), Is.EqualTo("gpu-runtime"));
    }

    private protected override ImmutableDictionary<string, string> Runtimes() => ImmutableDictionary<string, string>.Empty;

    private protected override EngineSettings Configure(EngineSettings settings) => settings with
    {
        DaemonConfiguration = new JsonObject { ["features"] = new JsonObject { ["cdi"] = false, ["containerd-snapshotter"] = false } },
        DaemonPrefix =
        [
            "sh", "-c", """f=$1; p=$2; shift 2; "$p" configure docker --file "$f" --default --cdi >/dev/null && exec "$@" """, "sh",
            settings.Directory.Combine("daemon.json"), Programs.GpuRuntime,
        ],
    };
}

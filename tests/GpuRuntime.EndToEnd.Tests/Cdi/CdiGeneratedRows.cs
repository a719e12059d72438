using System.Collections.Immutable;
using GpuRuntime.EndToEnd.Tests.Rows;
using GpuRuntime.EndToEnd.Tests.Vendors;

namespace GpuRuntime.EndToEnd.Tests.Cdi;

/// <summary>What gpu-runtime cdi generate writes of a host with GPUs of three vendors, applied by engines that know nothing else of us.</summary>
[TestFixtureSource(typeof(EngineKinds), nameof(EngineKinds.WithCdi))]
public sealed class CdiGeneratedRows(EngineKind kind) : CdiFixture(kind)
{
    // opendev's lines hold ": ", those of links " -> ".
    private const string Report = """
        /bin/opendev $(find /dev/nvidia* /dev/dri /dev/kfd -type c 2>/dev/null)
        cd /dev/dri/by-path
        for link in *; do
            echo "$link -> $(readlink $link)"
            [ -c $link ] || echo "$link leads nowhere"
        done
        """;

    private TestImage? _glibc;

    private ImmutableArray<HostGpu> Gpus => HostGpus.Of(Machine);

    [TestCase("nvidia.com/gpu=0", "nvidia:0")]
    [TestCase("nvidia.com/gpu=UUID1", "nvidia:1")]
    [TestCase("nvidia.com/gpu=all", "nvidia:0", "nvidia:1")]
    [TestCase("amd.com/gpu=1", "amd:1")]
    [TestCase("amd.com/gpu=0000:27:00.0", "amd:0")]
    [TestCase("amd.com/gpu=all", "amd:0", "amd:1")]
    [TestCase("intel.com/gpu=0", "intel:0")]
    [TestCase("intel.com/gpu=0000:63:00.0", "intel:0")]
    [TestCase("nvidia.com/gpu=0 amd.com/gpu=1 intel.com/gpu=all", "nvidia:0", "amd:1", "intel:0")]
    public async Task The_devices_GPUs_open_with_their_links_and_no_others_are_there(string devices, params string[] gpus)
    {
        var result = await Engine.RunAsync(WithDevices(Busybox, Named(devices), "sh", "-c", Report));

        AssertGpus(result, gpus);
    }

    [Test]
    public async Task A_user_who_is_not_root_opens_them()
    {
        var result = await Engine.RunAsync(WithDevices(Busybox, Named("nvidia.com/gpu=0 amd.com/gpu=1 intel.com/gpu=0"), "sh", "-c", Report) with { User = "1000:1000" });

        AssertGpus(result, "nvidia:0", "amd:1", "intel:0");
    }

    [Test]
    public async Task The_loader_finds_NVIDIAs_libraries_in_a_root_that_is_read_only_too([Values] bool isReadOnly)
    {
        var request = WithDevices(_glibc!, ["nvidia.com/gpu=0"], [.. Probe.Load("libcuda.so.1", "libnvidia-ml.so.1", "libcuda.so")]);

        var result = await Engine.RunAsync(isReadOnly ? request.WithOptions("--read-only") : request);

        Assert.That(result.ExitCode, Is.Zero, result.ToString());
    }

    [Test]
    public async Task With_our_runtime_beneath_the_engine_nothing_is_given_twice()
    {
        var request = WithDevices(Busybox, ["nvidia.com/gpu=0", "amd.com/gpu=1"], "sh", "-c", Report) with { Runtime = RuntimeNames.GpuRuntime };

        var result = await Engine.RunAsync(request);

        AssertGpus(result, "nvidia:0", "amd:1");
    }

    private IEnumerable<string> Named(string devices) => devices.Replace("UUID1", ((MixedMachine)Machine).Host.NvidiaGpus[1].Uuid, StringComparison.Ordinal).Split(' ');

    private void AssertGpus(CommandResult result, params string[] names)
    {
        var granted = Gpus.Named(names).ToList();
        var hasNvidia = granted.Any(static gpu => gpu.Vendor == "nvidia");
        string[] nodes = [.. granted.SelectMany(static gpu => gpu.Nodes).Concat(granted.SelectMany(static gpu => gpu.DrmNodes)).Distinct(), .. hasNvidia ? (string[])[HostNodes.Modeset] : []];

        Probe.AssertAllOpen(result.EnsureSuccess(), nodes);
        Assert.That(Probe.Results(result).Keys, Is.EquivalentTo(nodes), result.ToString());
        Assert.That(result.Lines.Where(static line => !line.Contains(": ", StringComparison.Ordinal)), Is.EquivalentTo(granted.SelectMany(static gpu => gpu.ByPathLinks)), result.ToString());
    }

    private protected override TestMachine CreateMachine(string lowLevelRuntime) => VendorHosts.Open(VendorHosts.ThreeVendors, lowLevelRuntime);

    private protected override async Task PrepareAsync()
    {
        await base.PrepareAsync();
        _glibc = await ImportedAsync(TestImage.Glibc(Machine.Directory));
        // podman 4.3 knows no later version.
        string[] version = Kind == EngineKind.PodmanWithCdi ? ["--cdi-version", "0.5.0"] : [];
        (await Command.Of(Programs.GpuRuntime, ["cdi", "generate", "--config", Machine.ConfigPath, "--output", Cdi.Etc, .. version]).RunAsync()).EnsureSuccess();
    }
}

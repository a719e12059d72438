using System.Collections.Immutable;
using System.Text.Json.Nodes;
using GpuRuntime.EndToEnd.Tests.Rows;
using GpuRuntime.TestHosts;

namespace GpuRuntime.EndToEnd.Tests.Vendors;

/// <summary>A real VA-API driver of the host, from Debian's packages, in a Debian image that has none: given by capability, with what it needs.</summary>
public sealed class UserSpaceRows() : EngineFixture(EngineKind.RuncOnCgroupV1)
{
    private const string Driver = "/usr/lib/x86_64-linux-gnu/dri/i965_drv_video.so";
    private readonly TestDirectory _packages = TestDirectory.Create();
    private TestImage? _bare;
    private TestImage? _withOwnLibrary;

    [Test]
    public async Task By_the_capability_video_it_loads_with_all_that_it_needs()
    {
        var result = await RunAsync(_bare!, "intel:0,capabilities=video", Probe.Load(Driver));

        Assert.That(result.ExitCode, Is.Zero, result.ToString());
    }

    [TestCase("intel:0")]
    [TestCase("intel:0,capabilities=compute,utility")]
    [TestCase("amd:0,capabilities=video")]
    public async Task Without_it_nothing_of_the_hosts_is_there(string request)
    {
        var result = await RunAsync(_bare!, request, ["sh", "-c", $"ls {Driver} /usr/lib/gpu-runtime 2>&1"]);

        Assert.That(result.Output, Does.Contain($"{Driver}: No such file").And.Contain("/usr/lib/gpu-runtime: No such file"), result.ToString());
    }

    [Test]
    public async Task Nvidias_variable_brings_nothing_of_Intels()
    {
        var request = ContainerRequest.Of(_bare!, "sh", "-c", $"ls {Driver} 2>&1").With("GPU_RUNTIME_GPUS", "intel:0").With("NVIDIA_DRIVER_CAPABILITIES", "all");
        var result = await Engine.RunAsync(request);

        Assert.That(result.Output, Does.Contain("No such file"), result.ToString());
    }

    // The loader's own trace tells which copy it took.
    [Test]
    public async Task A_library_that_the_image_has_is_the_images()
    {
        var bare = await RunAsync(_bare!, "intel:0,capabilities=video", ["sh", "-c", $"LD_DEBUG=files /bin/dlopen-test {Driver} 2>&1"]);
        var own = await RunAsync(_withOwnLibrary!, "intel:0,capabilities=video", ["sh", "-c", $"LD_DEBUG=files /bin/dlopen-test {Driver} 2>&1"]);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(bare.Output, Does.Contain("calling init: /usr/lib/gpu-runtime/fallback/libz.so.1"), bare.ToString());
            Assert.That(own.Output, Does.Match("calling init: (/usr)?/lib/x86_64-linux-gnu/libz.so.1").And.Not.Contain("fallback/libz"), own.ToString());
        }
    }

    [OneTimeTearDown]
    public async Task DeletePackagesAsync() => await _packages.DisposeAsync();

    private protected override TestMachine CreateMachine(string lowLevelRuntime)
    {
        IntelDriverPackages.Unpack(_packages.Combine("driver"));
        return TestMachine.Create(
            ReadyHosts.ThreeVendors with { Nvidia = null, ExtraConfig = new JsonObject { ["host"] = new JsonObject { ["driver"] = _packages.Combine("driver") } } }, lowLevelRuntime);
    }

    private protected override Task PrepareAsync()
    {
        _bare = TestImage.Glibc(Machine.Directory, "bare", add: DeleteLibrary);
        _withOwnLibrary = TestImage.Glibc(Machine.Directory, "own-library", add: AddOwnLibrary);
        return Task.CompletedTask;
    }

    private Task<CommandResult> RunAsync(TestImage image, string gpus, ImmutableArray<string> command) =>
        Engine.RunAsync(ContainerRequest.Of(image, command.AsSpan()).With("GPU_RUNTIME_GPUS", gpus));

    private static void DeleteLibrary(string root)
    {
        foreach (var file in Directory.GetFiles(root, "libz.so*", SearchOption.AllDirectories))
            File.Delete(file);
    }

    private void AddOwnLibrary(string root)
    {
        var library = Directory.GetFiles(_packages.Combine("driver"), "libz.so.1.*", SearchOption.AllDirectories)[0];
        File.Copy(library, Path.Combine(root, "usr/lib/x86_64-linux-gnu/libz.so.1"), overwrite: true);
    }
}

using GpuRuntime.TestHosts;

namespace GpuRuntime.Linux.Tests.Cooperative;

/// <summary>Our libraries in front of NVIDIA's own, from Debian's packages: without a GPU, so as far as these go without one.</summary>
public sealed class RealDriverTests
{
    private static readonly string[] Names = ["libcuda.so.1", "libnvidia-ml.so.1"];

    private TemporaryDirectory? _packages;
    private string _libraries = "", _smi = "";
    private LimitedContainer? _ours, _without;

    [OneTimeSetUp]
    public void Unpack()
    {
        _packages = TemporaryDirectory.Create();
        try
        {
            var root = NvidiaDriverPackages.UnpackCompute(_packages.MakeDirectory("driver")).Directory;
            _libraries = _packages.MakeDirectory("libraries");
            foreach (var name in Names)
                File.Copy(File.ResolveLinkTarget(Find(root, name), returnFinalTarget: true)!.FullName, Path.Combine(_libraries, name));
            _smi = Find(root, "nvidia-smi");
        }
        catch (TestResourceUnavailableException unavailable)
        {
            Assert.Ignore(unavailable.Reason);
        }
    }

    [OneTimeTearDown]
    public void DeletePackages() => _packages?.Dispose();

    [SetUp]
    public void MakeContainers()
    {
        _ours = LimitedContainer.Create(driver: _libraries);
        _without = LimitedContainer.Create(driver: _libraries);
        foreach (var name in Names)
            _without.Copy(Path.Combine(_libraries, name), "usr/lib");
        _ours.Copy(_smi, "bin");
        _without.Copy(_smi, "bin");
    }

    [TearDown]
    public void DeleteContainers()
    {
        _ours?.Dispose();
        _without?.Dispose();
    }

    [Test]
    public void Every_function_of_the_driver_is_found_and_answers_without_a_GPU_are_the_drivers([ValueSource(nameof(Names))] string name)
    {
        var functions = Command.Run("nm", "-D", "--defined-only", Path.Combine(_libraries, name)).Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split(' ')[^1])
            .Where(symbol => symbol.StartsWith("cu", StringComparison.Ordinal) || symbol.StartsWith("nvml", StringComparison.Ordinal)).ToList();
        Assert.That(functions, Has.Count.GreaterThan(300));
        var asked = string.Join('\n', functions) + "\n";
        _ours!.Write("names", asked);
        _without!.Write("names", asked);

        var ours = _ours.Try([], ["/bin/resolve", name, "/names"]);
        var without = _without.Try([], ["/bin/resolve", name, "/names"]);

        Assert.That(ours.Status, Is.Zero, ours.Output + ours.Error);
        Assert.That(ours.Output, Does.Contain($"found {functions.Count}\n").And.Not.Contain("missing"));
        // With the names of what cuGetProcAddress gives: ours stands in for the very variant that the driver chose.
        Assert.That(ours.Output, Is.EqualTo(without.Output));
    }

    [Test]
    public void CuGetProcAddress_gives_ours_for_what_is_intercepted_and_the_drivers_for_the_rest()
    {
        _ours!.Write("names", "cuMemAlloc\ncuMemAllocAsync\ncuLaunchKernel\n");

        var (_, output, _) = _ours.Try([], ["/bin/resolve", "libcuda.so.1", "/names", "files"]);

        Assert.That(output, Does.Contain("cuMemAlloc 2000 0 = 0 0 cuMemAlloc /usr/lib/libcuda.so.1\n")
            .And.Contain("cuMemAlloc 3020 0 = 0 0 cuMemAlloc_v2 /usr/lib/libcuda.so.1\n")
            .And.Contain("cuMemAllocAsync 12000 2 = 0 0 cuMemAllocAsync_ptsz /usr/lib/libcuda.so.1\n")
            .And.Contain("cuLaunchKernel 12000 2 = 0 0 cuLaunchKernel_ptsz /usr/lib/gpu-runtime/driver/libcuda.so.1\n"));
    }

    [TestCase]
    [TestCase("-L")]
    [TestCase("-q", "-x")]
    [TestCase("--version")]
    public void Nvidia_smi_loads_ours_and_says_what_it_says_without_it(params string[] arguments)
    {
        var ours = _ours!.Try([], ["/bin/nvidia-smi", .. arguments]);
        var without = _without!.Try([], ["/bin/nvidia-smi", .. arguments]);
        var traced = _ours.Try(["LD_DEBUG=files"], ["/bin/nvidia-smi", .. arguments]);

        Assert.That(ours, Is.EqualTo(without));
        Assert.That(ours.Output, Does.Contain("NVIDIA"));
        Assert.That(traced.Error, Does.Contain("calling init: /usr/lib/libnvidia-ml.so.1")
            .And.Contain("calling init: /usr/lib/gpu-runtime/driver/libnvidia-ml.so.1"));
    }

    private static string Find(string root, string name) =>
        Directory.EnumerateFiles(root, name, SearchOption.AllDirectories).First(path => !path.Contains("/share/", StringComparison.Ordinal));
}

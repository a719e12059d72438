using System.Text.RegularExpressions;

namespace GpuRuntime.Linux.Tests.Cooperative;

/// <summary>The two libraries as files: what an image's loader sees of them.</summary>
public sealed class BuiltLibraryTests
{
    private static readonly string[] Names = ["libcuda.so.1", "libnvidia-ml.so.1"];

    [Test]
    public void They_need_the_drivers_library_by_its_path_first_and_no_other_but_libc([ValueSource(nameof(Names))] string name)
    {
        var dynamic = Command.Run("readelf", "-dW", Library(name));

        Assert.That(Regex.Matches(dynamic, @"\(NEEDED\).*\[(.*)\]").Select(match => match.Groups[1].Value),
            Is.EqualTo(new[] { "/usr/lib/gpu-runtime/driver/" + name, "libdl.so.2", "libc.so.6" }));
        Assert.That(Regex.Match(dynamic, @"\(SONAME\).*\[(.*)\]").Groups[1].Value, Is.EqualTo(name));
    }

    [Test]
    public void They_run_with_every_glibc_since_2_17([ValueSource(nameof(Names))] string name)
    {
        var versions = Regex.Matches(Command.Run("objdump", "-T", Library(name)), @"GLIBC_(\d+\.\d+)")
            .Select(match => Version.Parse(match.Groups[1].Value)).ToList();

        Assert.That(versions, Is.Not.Empty.And.All.LessThanOrEqualTo(new Version(2, 17)));
    }

    [Test]
    public void They_read_nothing_from_the_environment([ValueSource(nameof(Names))] string name)
    {
        var imported = Symbols(name, "--undefined-only");

        Assert.That(imported, Does.Contain("open"));
        Assert.That(imported, Has.None.Matches<string>(symbol => symbol.Contains("env", StringComparison.Ordinal)));
    }

    [Test]
    public void They_export_what_they_intercept_and_nothing_else()
    {
        string[] nvml = ["nvmlDeviceGetMemoryInfo", "nvmlDeviceGetMemoryInfo_v2"];
        Assert.That(Symbols("libnvidia-ml.so.1", "--defined-only"), Is.EquivalentTo(nvml));
        string[] among = ["cuMemAlloc", "cuMemAlloc_v2", "cuMemFree_v2", "cuMemCreate", "cuGetProcAddress", "cuGetProcAddress_v2", "cuMemGetInfo_v2"];
        var cuda = Symbols("libcuda.so.1", "--defined-only");
        Assert.That(cuda, Has.All.StartsWith("cu"));
        Assert.That(cuda, Is.SupersetOf(among));
    }

    private static string Library(string name) => Path.Combine(CooperativePrograms.Libraries, name);

    private static string[] Symbols(string name, string which) =>
        [.. Command.Run("nm", "-D", which, Library(name)).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' ')[^1].Split('@')[0])];
}

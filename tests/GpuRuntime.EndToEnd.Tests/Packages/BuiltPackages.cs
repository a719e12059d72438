using System.Xml.Linq;

namespace GpuRuntime.EndToEnd.Tests.Packages;

/// <summary>The packages of this checkout, and Debian's of a version before it, built once for all tests of this folder.</summary>
[SetUpFixture]
public sealed class BuiltPackages
{
    public const string OldVersion = "0.0.1";

    private static TestDirectory? _directory;

    public static string Version { get; } = XDocument.Load(Path.Combine(Repository.Root, "Directory.Build.props")).Descendants("Version").Single().Value;

    /// <summary>gpu-runtime and gpu-runtime-agent for Debian.</summary>
    public static string[] Debian => Directory.GetFiles(_directory!.Combine("packages"), "*.deb");

    public static string[] OldDebian => Directory.GetFiles(_directory!.Combine("old"), "*.deb");

    public static string[] Rpms => Directory.GetFiles(_directory!.Combine("packages"), "*.rpm");

    /// <summary>The seconds that the packages give as the time of their files.</summary>
    public static string Epoch { get; private set; } = "";

    [OneTimeSetUp]
    public async Task BuildAsync()
    {
        _directory = TestDirectory.Create();
        var commit = await Command.Of("git", "-C", Repository.Root, "log", "-1", "--format=%ct").RunAsync();
        // In an archive of the sources, which has no history, any time will do.
        Epoch = commit.ExitCode == 0 ? commit.Output.Trim() : "1700000000";
        var epoch = commit.ExitCode == 0 ? null : Epoch;
        (await Make(Repository.Root, _directory.Combine("packages"), epoch, "deb").RunAsync()).EnsureSuccess();
        (await Make(Repository.Root, _directory.Combine("old"), epoch, "deb", $"VERSION={OldVersion}").RunAsync()).EnsureSuccess();
        if (File.Exists("/usr/bin/rpmbuild"))
            (await Make(Repository.Root, _directory.Combine("packages"), epoch, "rpm").RunAsync()).EnsureSuccess();
    }

    [OneTimeTearDown]
    public async Task DeleteAsync()
    {
        if (_directory is not null)
            await _directory.DisposeAsync();
    }

    /// <summary><c>make deb</c> or <c>make rpm</c> of what <c>make build</c> left: it is not built again.</summary>
    /// <param name="epoch">SOURCE_DATE_EPOCH; <see langword="null"/>: make asks git.</param>
    internal static Command Make(string checkout, string directory, string? epoch, params ReadOnlySpan<string> arguments) =>
        (Command.Of("make", ["-C", checkout, "-o", "build", $"PACKAGES={directory}", .. arguments]) with { Limit = TimeSpan.FromMinutes(5) })
        .WithEnvironment("SOURCE_DATE_EPOCH", epoch);
}

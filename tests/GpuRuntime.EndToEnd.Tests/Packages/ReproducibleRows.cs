using System.Security.Cryptography;

namespace GpuRuntime.EndToEnd.Tests.Packages;

/// <summary>The packages built once more, from the same files at another place, in surroundings that differ in all that a build may not depend on.</summary>
public sealed class ReproducibleRows
{
    // All that make install, stage.sh and the two build.sh read, and nothing by which the copy could be told from the checkout.
    private const string Copy = """
        mkdir -p "$2/artifacts" && cd "$1"
        cp -R Makefile Directory.Build.props Directory.Packages.props README.md LICENSE completions config docs hooks man packaging "$2"
        cp -R artifacts/bin artifacts/lib "$2/artifacts"
        """;

    [TestCase("deb")]
    [TestCase("rpm")]
    public async Task A_second_build_has_the_same_bytes_at_another_place_time_zone_umask_and_language(string format)
    {
        Programs.Engine(format == "rpm" ? "rpmbuild" : "dpkg-deb");
        await using var directory = TestDirectory.Create();
        var checkout = directory.CreateSubdirectory("another", "place");
        (await Command.Of("sh", "-c", $"umask 077; {Copy}", "sh", Repository.Root, checkout).RunAsync()).EnsureSuccess();
        var make = BuiltPackages.Make(checkout, directory.Combine("packages"), BuiltPackages.Epoch, format);

        (await (make with { Program = "sh", Arguments = ["-c", "umask 027; exec make \"$@\"", "sh", .. make.Arguments] })
            .WithEnvironment("TZ", "Pacific/Kiritimati").WithEnvironment("LC_ALL", "de_DE.UTF-8")
            .WithEnvironment("HOME", directory.FullPath).WithEnvironment("USER", "somebody").RunAsync()).EnsureSuccess();

        var first = format == "deb" ? BuiltPackages.Debian : BuiltPackages.Rpms;
        Assert.That(Hashes(Directory.GetFiles(directory.Combine("packages"))), Is.EqualTo(Hashes(first)));
    }

    private static IEnumerable<string> Hashes(IEnumerable<string> files) =>
        files.Order(StringComparer.Ordinal).Select(static file => $"{Path.GetFileName(file)} {Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(file)))}").Order(StringComparer.Ordinal);
}

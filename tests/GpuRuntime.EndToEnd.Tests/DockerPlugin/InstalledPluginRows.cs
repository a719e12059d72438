using System.Text.Json.Nodes;

namespace GpuRuntime.EndToEnd.Tests.DockerPlugin;

/// <summary>What `make install` offers docker: a link in a directory that it looks for plugins in.</summary>
public sealed class InstalledPluginRows
{
    private TestDirectory? _directory;

    [OneTimeSetUp]
    public void CreateDirectory() => _directory = TestDirectory.Create();

    [OneTimeTearDown]
    public async Task DeleteDirectoryAsync() => await _directory!.DisposeAsync();

    [TestCase("/usr/local")]
    [TestCase("/usr")]
    public async Task The_link_leads_to_the_program_beside_it_also_before_it_is_moved_to_its_place(string prefix)
    {
        var root = _directory!.Combine($"root-{Guid.NewGuid():N}");
        (await InstallAsync(root, prefix)).EnsureSuccess();
        var again = await InstallAsync(root, prefix);

        var metadata = JsonNode.Parse((await Command.Of(Link(root, prefix), "docker-cli-plugin-metadata").RunAsync()).EnsureSuccess().Output)!;
        Assert.Multiple(() =>
        {
            Assert.That(again.EnsureSuccess().Output, Does.Not.Contain("kept " + Link(root, prefix)));
            Assert.That((string?)metadata["SchemaVersion"], Is.EqualTo("0.1.0"));
            Assert.That((string?)metadata["Vendor"], Is.EqualTo("gpu-runtime"));
            Assert.That((string?)metadata["Version"], Is.Not.Empty);
            Assert.That((string?)metadata["ShortDescription"], Does.Contain("GPUs"));
            Assert.That(FileNames(root + prefix + "/share/doc/gpu-runtime/compose"), Is.Not.Empty.And.EquivalentTo(FileNames(Path.Combine(Repository.Root, "config/compose"))));
        });
    }

    [Test]
    public async Task A_plugin_of_that_name_that_is_somebody_elses_stays([Values] bool isLink)
    {
        var root = _directory!.Combine($"root-{Guid.NewGuid():N}");
        var link = Link(root, "/usr/local");
        Directory.CreateDirectory(Path.GetDirectoryName(link)!);
        if (isLink)
            File.CreateSymbolicLink(link, "/opt/theirs");
        else
            await File.WriteAllTextAsync(link, "theirs");

        var result = await InstallAsync(root, "/usr/local");

        Assert.That(result.EnsureSuccess().Output, Does.Contain($"kept {link}"));
        Assert.That(isLink ? new FileInfo(link).LinkTarget : await File.ReadAllTextAsync(link), Is.EqualTo(isLink ? "/opt/theirs" : "theirs"));
    }

    private static IEnumerable<string?> FileNames(string directory) => Directory.GetFiles(directory).Select(Path.GetFileName);

    private static string Link(string root, string prefix) => $"{root}{prefix}/libexec/docker/cli-plugins/docker-gpu";

    private static Task<CommandResult> InstallAsync(string root, string prefix) =>
        Command.Of("make", "-C", Repository.Root, "install", $"DESTDIR={root}", $"PREFIX={prefix}").RunAsync();
}

namespace GpuRuntime.TestHosts;

/// <summary>An apt with lists, caches and sources of its own: it reads the machine's configuration and changes nothing of it.</summary>
internal sealed class PrivateApt
{
    private readonly string directory;

    /// <param name="suite">Another suite than the machine's.</param>
    public PrivateApt(string directory, string components, string? suite = null)
    {
        this.directory = directory;
        foreach (var name in new[] { "lists/partial", "cache", "packages/partial", "sources" })
            Directory.CreateDirectory(Path.Combine(directory, name));
        AptSources.Write(Path.Combine(directory, "sources"), components, suite);
        File.WriteAllText(Path.Combine(directory, "status"), "");
        File.WriteAllText(Configuration, $"""
            Dir::Etc::sourcelist "/dev/null";
            Dir::Etc::sourceparts "{directory}/sources";
            Dir::State::lists "{directory}/lists";
            Dir::State::status "{directory}/status";
            Dir::Cache "{directory}/cache";
            Dir::Cache::archives "{directory}/packages";
            APT::Sandbox::User "root";
            APT::Update::Error-Mode "any";
            Acquire::Languages "none";
            Acquire::Retries "1";

            """);
    }

    private string Configuration => Path.Combine(directory, "apt.conf");

    public void Update() => Tool.Run("apt-get", ["-c", Configuration, "-q", "update"]);

    public HashSet<string> PackageNames() => [.. Tool.Run("apt-cache", ["-c", Configuration, "pkgnames"]).Split('\n')];

    public void Download(IEnumerable<string> packages) =>
        Tool.Run("apt-get", ["-c", Configuration, "-q", "download", .. packages], Path.Combine(directory, "packages"));

    /// <summary>The packages and all that they depend on, as on a machine that has nothing yet.</summary>
    public void DownloadWithDependencies(IEnumerable<string> packages) =>
        Tool.Run("apt-get", ["-c", Configuration, "-q", "--yes", "--no-install-recommends", "--download-only", "install", .. packages]);

    public string[] Downloaded() => Directory.GetFiles(Path.Combine(directory, "packages"), "*.deb");

    public void Delete() => Directory.Delete(directory, recursive: true);
}

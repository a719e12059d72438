namespace GpuRuntime.TestHosts;

/// <summary>An apt with lists, caches and sources of its own: it reads the machine's configuration and changes nothing of it.</summary>
internal sealed class PrivateApt
{
    private readonly string directory;

    /// <param name="suite">As in <see cref="AptSources.Write"/>.</param>
    public PrivateApt(string directory, string components, string? suite = null)
    {
        this.directory = directory;
        foreach (var name in new[] { "lists/partial", "cache/archives/partial", "packages", "sources" })
            Directory.CreateDirectory(Path.Combine(directory, name));
        AptSources.Write(Path.Combine(directory, "sources"), components, suite);
        File.WriteAllText(Configuration, $"""
            Dir::Etc::sourcelist "/dev/null";
            Dir::Etc::sourceparts "{directory}/sources";
            Dir::State::lists "{directory}/lists";
            Dir::Cache "{directory}/cache";
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

    public string[] Downloaded() => Directory.GetFiles(Path.Combine(directory, "packages"), "*.deb");

    public void Delete() => Directory.Delete(directory, recursive: true);
}

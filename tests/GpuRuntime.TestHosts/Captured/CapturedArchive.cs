namespace GpuRuntime.TestHosts;

/// <summary>Finds and unpacks the archives of captured hosts, which are not part of the repository.</summary>
internal static class CapturedArchive
{
    public const string Variable = "GPU_RUNTIME_HOSTS";

    public static void Unpack(string name, string directory)
    {
        var archive = Path.Combine(Location(), name + ".tar.gz");
        if (!File.Exists(archive))
            throw new TestResourceUnavailableException($"the captured host {archive} is not there: set {Variable} to the directory of the archives");
        Directory.CreateDirectory(directory);
        // Most archives hold one folder of their own name.
        var top = Tool.Run("tar", ["-tzf", archive]).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var strip = top.All(path => path.StartsWith(name + "/", StringComparison.Ordinal)) ? 1 : 0;
        Tool.Run("tar", ["-xzf", archive, "-C", directory, $"--strip-components={strip}", "--no-same-owner"]);
    }

    private static string Location()
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } set)
            return set;
        for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            if (File.Exists(Path.Combine(directory.FullName, "Directory.Packages.props")))
                return Path.GetFullPath(Path.Combine(directory.FullName, "../shared/hosts"));
        }
        throw new TestResourceUnavailableException($"no repository above {AppContext.BaseDirectory}: set {Variable}");
    }
}

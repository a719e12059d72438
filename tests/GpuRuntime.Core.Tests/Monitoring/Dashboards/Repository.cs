namespace GpuRuntime.Core.Tests.Monitoring.Dashboards;

/// <summary>Files of the checkout that the tests are built from.</summary>
internal static class Repository
{
    public static string Root { get; } = Find();

    public static string[] Files(string directory, string pattern) => [.. Directory.GetFiles(Path.Combine(Root, directory), pattern).Order(StringComparer.Ordinal)];

    private static string Find()
    {
        for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            if (File.Exists(Path.Combine(directory.FullName, "Directory.Packages.props")))
                return directory.FullName;
        }

        throw new DirectoryNotFoundException($"no Directory.Packages.props above {AppContext.BaseDirectory}");
    }
}

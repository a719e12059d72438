namespace GpuRuntime.EndToEnd.Tests.DockerPlugin;

/// <summary>Every docker command line of this machine: a packaged one, and perhaps a newer one beside it.</summary>
internal static class DockerCommandLines
{
    public static IEnumerable<string> All =>
        Programs.SearchPath.Split(':').Select(static directory => Path.Combine(directory, "docker")).Where(File.Exists)
            .DistinctBy(static path => new FileInfo(path).Length);
}

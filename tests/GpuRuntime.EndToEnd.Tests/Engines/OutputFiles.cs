namespace GpuRuntime.EndToEnd.Tests;

/// <summary>The two files that a program's output goes to.</summary>
internal sealed class OutputFiles : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("grt-out-").FullName;

    public string Prefix => Path.Combine(_directory, "o");

    public string Output => Read(Prefix + ".out");

    public string Error => Read(Prefix + ".err");

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    // A file that is still being written can be read: the writer is another process.
    private static string Read(string path) => File.Exists(path) ? File.ReadAllText(path) : "";
}

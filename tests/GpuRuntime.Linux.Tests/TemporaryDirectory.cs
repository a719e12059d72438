namespace GpuRuntime.Linux.Tests;

/// <summary>A directory of one test's own, gone when disposed.</summary>
internal sealed class TemporaryDirectory : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("gpu-runtime-linux-").FullName;

    public static TemporaryDirectory Create() => new();

    public string Combine(string relative) => System.IO.Path.Combine(Path, relative);

    public string MakeDirectory(string relative) => Directory.CreateDirectory(Combine(relative)).FullName;

    public string Write(string relative, string content) => Write(relative, System.Text.Encoding.UTF8.GetBytes(content));

    public string Write(string relative, byte[] content)
    {
        var path = Combine(relative);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, content);
        return path;
    }

    public string Link(string relative, string target)
    {
        var path = Combine(relative);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        File.CreateSymbolicLink(path, target);
        return path;
    }

    public string Fifo(string relative)
    {
        var path = Combine(relative);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        Command.Run("mkfifo", path);
        return path;
    }

    // Not by .NET: it would not take away what a test left unreadable, and might follow what a test swaps.
    public void Dispose() => Command.Run("rm", "-rf", "--one-file-system", Path);
}

namespace GpuRuntime.TestHosts;

/// <summary>Writes and copies directory trees that become a host or an image.</summary>
internal static class FileTree
{
    public static void Write(string path, string content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, content);
    }

    public static void MakeExecutable(string path) => File.SetUnixFileMode(path, FileModes.Executable);

    public static void Link(string path, string target)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.Delete(path);
        File.CreateSymbolicLink(path, target);
    }

    /// <summary>Copies what is below source, links and modes kept. Never by hard links: whoever edits a copy must not edit the cached original.</summary>
    public static void Copy(string source, string destination)
    {
        Directory.CreateDirectory(destination);
        Tool.Run("cp", ["-a", "--reflink=auto", "--", source + "/.", destination + "/"]);
    }
}

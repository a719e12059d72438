namespace GpuRuntime.TestHosts;

/// <summary>The root filesystem of a container image, as a directory.</summary>
public sealed class RootFilesystem
{
    private RootFilesystem(string directory) => Directory = directory;

    public string Directory { get; }

    /// <summary>A static busybox: no libc, no loader. Also /bin/true-static and /bin/opendev.</summary>
    public static RootFilesystem Busybox(string directory) => Build(directory, BusyboxImage.Provide);

    /// <summary>Debian's glibc; /bin/opendev, /bin/dlopen-test, and busybox unless distroless.</summary>
    public static RootFilesystem Glibc(string directory, GlibcOptions? options = null) =>
        Build(directory, path => GlibcImage.Provide(path, options ?? new GlibcOptions()));

    /// <summary>As Alpine: musl, busybox, /bin/opendev, /bin/dlopen-test.</summary>
    public static RootFilesystem Musl(string directory, MuslOptions? options = null) =>
        Build(directory, path => MuslImage.Provide(path, options ?? new MuslOptions()));

    /// <summary>Writes an archive for <c>docker import</c> or <c>podman import</c>.</summary>
    /// <returns>The archive's path.</returns>
    public string Pack(string tarPath)
    {
        Tool.Run("tar", ["--numeric-owner", "-C", Directory, "-cf", Path.GetFullPath(tarPath), "."]);
        return tarPath;
    }

    private static RootFilesystem Build(string directory, Action<string> provide)
    {
        directory = Path.GetFullPath(directory);
        System.IO.Directory.CreateDirectory(directory);
        provide(directory);
        return new RootFilesystem(directory);
    }
}

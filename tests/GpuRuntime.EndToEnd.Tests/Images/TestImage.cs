using GpuRuntime.TestHosts;

namespace GpuRuntime.EndToEnd.Tests;

/// <summary>An image that every engine can import: a root filesystem, and the archive of it that <c>docker save</c> would write.</summary>
internal sealed class TestImage
{
    private TestImage(string name, string rootfs, string archivePath)
    {
        Name = name;
        RootfsDirectory = rootfs;
        ArchivePath = archivePath;
    }

    /// <summary>For example "busybox"; engines know it as <see cref="Reference"/>.</summary>
    public string Name { get; }

    public string Reference => $"docker.io/gpu-runtime-tests/{Name}:1";

    /// <summary>Never run in place: a runtime edits the files of a container's root.</summary>
    public string RootfsDirectory { get; }

    public string ArchivePath { get; }

    public static TestImage Busybox(TestDirectory directory) => Build(directory, "busybox", RootFilesystem.Busybox);

    public static TestImage Musl(TestDirectory directory, MuslOptions? options = null) =>
        Build(directory, options?.LoaderPath is null ? "musl" : "musl-with-path-file", path => RootFilesystem.Musl(path, options));

    /// <param name="add">Puts further files into the root before it is packed.</param>
    public static TestImage Glibc(TestDirectory directory, string name = "glibc", GlibcOptions? options = null, Action<string>? add = null) =>
        Build(directory, name, path =>
        {
            var rootfs = RootFilesystem.Glibc(path, options);
            add?.Invoke(rootfs.Directory);
            return rootfs;
        });

    private static TestImage Build(TestDirectory directory, string name, Func<string, RootFilesystem> create)
    {
        var home = directory.CreateSubdirectory("images", name);
        var rootfs = create(Path.Combine(home, "rootfs"));
        var layer = rootfs.Pack(Path.Combine(home, "layer.tar"));
        var image = new TestImage(name, rootfs.Directory, Path.Combine(home, "image.tar"));
        ImageArchive.Write(image.ArchivePath, image.Reference, layer);
        File.Delete(layer);
        return image;
    }
}

namespace GpuRuntime.TestHosts;

/// <summary>Alpine's shape out of Debian's musl package.</summary>
internal static class MuslImage
{
    private const string Loader = "lib/ld-musl-x86_64.so.1";

    public static void Provide(string directory, MuslOptions options)
    {
        FileTree.Copy(BuildCache.Get("image-musl", BuildCache.Generator, Build), directory);
        if (options.LoaderPath is { } path)
            FileTree.Write(Path.Combine(directory, "etc/ld-musl-x86_64.path"), path);
    }

    private static void Build(string root)
    {
        BaseImage.Skeleton(root);
        FileTree.Write(Path.Combine(root, "etc/alpine-release"), "3.17.0\n");
        FileTree.Write(Path.Combine(root, "etc/os-release"), "NAME=\"Alpine Linux\"\nID=alpine\nVERSION_ID=3.17.0\n");
        Directory.CreateDirectory(Path.Combine(root, "lib"));
        Directory.CreateDirectory(Path.Combine(root, "usr/lib"));
        // One file is libc and loader; in the package the loader's name is a link.
        var libc = Path.Combine(DebianPackages.Unpacked("musl", ["musl"]), "usr/lib/x86_64-linux-musl/libc.so");
        if (!File.Exists(libc))
            libc = Path.Combine(DebianPackages.Unpacked("musl", ["musl"]), "lib/x86_64-linux-musl/libc.so");
        File.Copy(libc, Path.Combine(root, Loader));
        FileTree.MakeExecutable(Path.Combine(root, Loader));
        FileTree.Link(Path.Combine(root, "lib/libc.musl-x86_64.so.1"), "ld-musl-x86_64.so.1");
        BaseImage.InstallBusybox(root);
        Probes.InstallOpenDevice(root);
        Probes.InstallDlopenForMusl(root);
    }
}

namespace GpuRuntime.TestHosts;

/// <summary>Images with Debian's glibc, in the shapes that matter to library injection.</summary>
internal static class GlibcImage
{
    private const string Multiarch = "usr/lib/x86_64-linux-gnu";
    private const string Cache = "etc/ld.so.cache";
    private static readonly string[] Packages = ["base-files", "libc6", "libc-bin", "libgcc-s1"];

    /// <summary>What NVIDIA's graphics libraries expect of an image: X11's client side, libgbm, and the vendor-neutral GL libraries.</summary>
    private static readonly string[] GraphicsPackages =
    [
        "libx11-6", "libxext6", "libxcb1", "libxau6", "libxdmcp6", "libbsd0", "libmd0", "libgbm1", "libdrm2", "libexpat1", "libffi8",
        "libwayland-client0", "libwayland-server0", "libxcb-randr0", "libgl1", "libglx0", "libegl1", "libopengl0", "libglvnd0",
    ];

    public static void Provide(string directory, GlibcOptions options)
    {
        var shape = (options.FedoraLike ? "fedora" : "debian") + (options.Distroless ? "-distroless" : "");
        FileTree.Copy(BuildCache.Get("image-" + shape, BuildCache.Generator, root => Build(root, options)), directory);
        if (options.WithoutCache)
            File.Delete(Path.Combine(directory, Cache));
    }

    private static void Build(string root, GlibcOptions options)
    {
        BaseImage.MergeUsr(root, "bin", "sbin", "lib", "lib64");
        var packages = options.Distroless
            ? DebianPackages.Unpacked("glibc", Packages, mergedUsr: true)
            : DebianPackages.Unpacked("glibc-graphics", [.. Packages, .. GraphicsPackages], mergedUsr: true);
        FileTree.Copy(packages, root);
        Slim(root);
        BaseImage.Skeleton(root);
        Probes.InstallOpenDevice(root);
        Probes.InstallDlopen(root);
        if (options.Distroless)
            RemoveAllButTheLoader(root);
        else
            BaseImage.InstallBusybox(root);
        if (options.FedoraLike)
            FedoraShape.Apply(root);
        if (!options.Distroless)
            Tool.Run("ldconfig", ["-r", root]);
    }

    private static void Slim(string root)
    {
        foreach (var directory in new[] { "usr/share", $"{Multiarch}/gconv", "usr/lib/locale" })
        {
            var path = Path.Combine(root, directory);
            if (Directory.Exists(path))
                Directory.Delete(path, recursive: true);
        }
        Directory.CreateDirectory(Path.Combine(root, "usr/share"));
    }

    // As Google's distroless images: they do say which distribution they come from.
    private static void RemoveAllButTheLoader(string root)
    {
        foreach (var path in new[] { "etc/ld.so.conf", "etc/ld.so.conf.d", Cache, "etc/profile.d" })
        {
            var full = Path.Combine(root, path);
            if (Directory.Exists(full))
                Directory.Delete(full, recursive: true);
            else
                File.Delete(full);
        }
        foreach (var program in Directory.GetFiles(Path.Combine(root, "usr/bin")).Concat(Directory.GetFiles(Path.Combine(root, "usr/sbin"))))
        {
            if (Path.GetFileName(program) is not ("opendev" or "dlopen-test"))
                File.Delete(program);
        }
    }
}

namespace GpuRuntime.TestHosts;

/// <summary>The links beside a library, and on Debian those that lead to it from the loader's directory.</summary>
internal static class DriverLinks
{
    public static void Make(string root, StubLibrary library, string version, int bits, DriverPaths paths)
    {
        var directory = paths.DirectoryOf(library, bits);
        foreach (var (link, target) in Beside(library, version))
        {
            FileTree.Link(Path.Combine(root, directory, link), target);
            if (paths.Alternatives && !library.Shared)
            {
                var visible = Path.Combine(paths.Libraries(bits), library.Subdirectory, link);
                Alternative(root, visible, $"{link}-{DriverPaths.Triplet(bits)}", $"{directory}/{link}");
            }
        }
        if (paths.Alternatives && library.Unversioned)
        {
            var file = library.FileName(version);
            Alternative(root, $"{paths.Libraries(bits)}/{file}", $"{file}-{DriverPaths.Triplet(bits)}", $"{directory}/{file}");
        }
        if (library.Name == "libnvidia-allocator")
            Gbm(root, directory, bits, paths);
    }

    /// <summary>visible -> /etc/alternatives/nvidia--name -> /target, absolute as update-alternatives writes them.</summary>
    public static void Alternative(string root, string visible, string name, string target)
    {
        FileTree.Link(Path.Combine(root, visible), $"/etc/alternatives/nvidia--{name}");
        FileTree.Link(Path.Combine(root, $"etc/alternatives/nvidia--{name}"), "/" + target);
    }

    private static IEnumerable<(string Link, string Target)> Beside(StubLibrary library, string version)
    {
        var (file, soname) = (library.FileName(version), library.SonameOf(version));
        if (soname != file)
            yield return (soname, file);
        if (library.DevelopmentLink)
            yield return (library.Name + ".so", soname);
        if (library.Name == "libGLX_nvidia")
            yield return ("libGLX_indirect.so.0", file);
    }

    // Mesa's libgbm loads gbm/<driver>_gbm.so.
    private static void Gbm(string root, string directory, int bits, DriverPaths paths)
    {
        const string name = "nvidia-drm_gbm.so";
        var visible = $"{paths.Libraries(bits)}/gbm/{name}";
        if (!paths.Alternatives)
        {
            FileTree.Link(Path.Combine(root, visible), "../libnvidia-allocator.so.1");
            return;
        }
        FileTree.Link(Path.Combine(root, directory, name), "libnvidia-allocator.so.1");
        Alternative(root, visible, $"{name}-{DriverPaths.Triplet(bits)}", $"{directory}/{name}");
    }
}

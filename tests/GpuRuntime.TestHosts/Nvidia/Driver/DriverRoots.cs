namespace GpuRuntime.TestHosts;

/// <summary>Gives a host its driver root: a copy of cached stand-ins, or of a template.</summary>
internal static class DriverRoots
{
    /// <returns>The version of the driver in it.</returns>
    public static string Provide(string directory, SimulatedNvidiaHostOptions options)
    {
        string version;
        if (options.DriverRootTemplate is { } template)
        {
            version = DriverVersionNumber.Detect(template);
            FileTree.Copy(template, directory);
        }
        else
        {
            version = options.DriverVersion;
            FileTree.Copy(Cached(version, options.Layout), directory);
        }
        if (!options.LoaderCache)
            File.Delete(Path.Combine(directory, "etc/ld.so.cache"));
        DriverDataFiles.Sockets(directory);
        return version;
    }

    private static string Cached(string version, DriverLayout layout)
    {
        var family = $"driver-{version}-{layout}".ToLowerInvariant();
        return BuildCache.Get(family, BuildCache.Generator, root => StubDriverBuilder.Build(root, version, layout));
    }
}

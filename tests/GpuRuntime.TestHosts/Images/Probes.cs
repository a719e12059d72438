namespace GpuRuntime.TestHosts;

/// <summary>The compiled probe programs, kept in the cache.</summary>
internal static class Probes
{
    /// <summary>Installs opendev, which is static and runs in every image, into bin.</summary>
    public static void InstallOpenDevice(string root) => Install(Static(), "opendev", root);

    public static void InstallTrue(string root) => Install(Static(), "true-static", root);

    public static void InstallDlopen(string root) =>
        Install(Compiled("glibc", "gcc", ("dlopen-test", ProbeSources.Dlopen, "-O2 -s -ldl")), "dlopen-test", root);

    public static void InstallDlopenForMusl(string root) =>
        Install(Compiled("musl", "musl-gcc", ("dlopen-test", ProbeSources.Dlopen, "-O2 -s")), "dlopen-test", root);

    private static string Static() =>
        Compiled("static", "gcc", ("opendev", ProbeSources.OpenDevice, "-O2 -s -static"), ("true-static", ProbeSources.True, "-O2 -s -static"));

    private static string Compiled(string family, string compiler, params (string Name, string Source, string Flags)[] programs) =>
        BuildCache.Get("probes-" + family, BuildCache.Generator, directory =>
        {
            foreach (var (name, source, flags) in programs)
                Tool.Run(compiler, ["-x", "c", "-o", Path.Combine(directory, name), "-", .. flags.Split(' ')], input: source);
        });

    private static void Install(string directory, string name, string root)
    {
        var destination = Path.Combine(root, "bin", name);
        Directory.CreateDirectory(Path.GetDirectoryName(destination)!);
        File.Copy(Path.Combine(directory, name), destination, overwrite: true);
        FileTree.MakeExecutable(destination);
    }
}

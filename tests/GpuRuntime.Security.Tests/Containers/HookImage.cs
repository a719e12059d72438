using GpuRuntime.TestHosts;

namespace GpuRuntime.Security.Tests.Containers;

/// <summary>
/// As small an image as has everything that a driver is put into: copied hundreds of times. Its programs are static and lie at the top, so that
/// no link that leads elsewhere keeps them from starting.
/// </summary>
internal static class HookImage
{
    public const string Busybox = "/busybox";
    public const string OpenDevice = "/opendev";

    private static readonly string[] Directories =
    [
        "dev", "proc", "sys", "tmp", "run", "var", "etc/ld.so.conf.d", "usr/bin", "usr/sbin", "usr/lib/x86_64-linux-gnu", "usr/lib64", "usr/share",
    ];

    private static readonly (string Path, string Target)[] Links =
        [("bin", "usr/bin"), ("sbin", "usr/sbin"), ("lib", "usr/lib"), ("lib64", "usr/lib64"), ("var/run", "../run")];

    /// <param name="directory">A directory to make it in, for the images it is made of as well.</param>
    /// <returns>The root filesystem's directory.</returns>
    public static string Create(string directory)
    {
        var glibc = RootFilesystem.Glibc(Path.Combine(directory, "glibc")).Directory;
        var root = Path.Combine(directory, "rootfs");
        foreach (var name in Directories)
            Directory.CreateDirectory(Path.Combine(root, name));
        foreach (var (path, target) in Links)
            File.CreateSymbolicLink(Path.Combine(root, path), target);
        foreach (var program in (string[])["busybox", "opendev"])
            File.Copy(Path.Combine(glibc, "usr/bin", program), Path.Combine(root, program));
        foreach (var file in (string[])["etc/ld.so.cache", "etc/ld.so.conf"])
            File.Copy(Path.Combine(glibc, file), Path.Combine(root, file));
        // That it is there is what tells a glibc image; nothing of it runs.
        File.WriteAllText(Path.Combine(root, "usr/lib64/ld-linux-x86-64.so.2"), "");
        return root;
    }

    public static async Task CopyAsync(string image, string root) => (await Command.Of("cp", "-a", image, root).RunAsync()).EnsureSuccess();
}

namespace GpuRuntime.TestHosts;

/// <summary>Turns a Debian image into one that looks like Fedora's: libraries in /usr/lib64, and a loader that searches there.</summary>
internal static class FedoraShape
{
    private const string Multiarch = "usr/lib/x86_64-linux-gnu";
    private const string Loader = "usr/lib64/ld-linux-x86-64.so.2";

    public static void Apply(string root)
    {
        File.Delete(Path.Combine(root, "etc/debian_version"));
        FileTree.Write(Path.Combine(root, "etc/fedora-release"), "Fedora release 41 (Forty One)\n");
        File.Delete(Path.Combine(root, "etc/os-release"));
        FileTree.Write(Path.Combine(root, "etc/os-release"), "NAME=\"Fedora Linux\"\nID=fedora\nVERSION_ID=41\n");

        // In Debian's package this name is a link into the multiarch directory.
        File.Delete(Path.Combine(root, Loader));
        foreach (var path in Directory.GetFileSystemEntries(Path.Combine(root, Multiarch)))
            Directory.Move(path, Path.Combine(root, "usr/lib64", Path.GetFileName(path)));
        Directory.Delete(Path.Combine(root, Multiarch));

        // Debian's loader has its directories compiled in; repeated slashes keep the length and mean nothing.
        Elf.Patch(Path.Combine(root, Loader), "/usr/lib/x86_64-linux-gnu/"u8, "/usr/lib64////////////////"u8);
        Elf.Patch(Path.Combine(root, Loader), "/lib/x86_64-linux-gnu/"u8, "/lib64////////////////"u8);

        var conf = Path.Combine(root, "etc/ld.so.conf.d");
        if (!Directory.Exists(conf))
            return;
        File.Delete(Path.Combine(conf, "x86_64-linux-gnu.conf"));
        // Fedora's own ldconfig knows the directory; the one that the package brings does not.
        FileTree.Write(Path.Combine(conf, "lib64.conf"), "/usr/lib64\n");
    }
}

using System.Security.Cryptography;
using System.Text;

namespace GpuRuntime.TestHosts;

/// <summary>Packages of the machine's own Debian suite, downloaded and unpacked without being installed.</summary>
internal static class DebianPackages
{
    /// <param name="family">Name of the cache entry.</param>
    /// <param name="required">Packages that must be had.</param>
    /// <param name="optional">Packages that are taken if the suite has them.</param>
    /// <param name="components">Archive components to search.</param>
    /// <param name="mergedUsr">Unpack through links from /lib and the like to /usr, as on an installed system.</param>
    /// <returns>The cached directory that they are unpacked in.</returns>
    /// <exception cref="TestResourceUnavailableException">No Debian, no network, or no such package.</exception>
    public static string Unpacked(
        string family, IReadOnlyList<string> required, IReadOnlyList<string>? optional = null, string components = "main", bool mergedUsr = false)
    {
        var what = string.Join(' ', [AptSources.Codename(), components, .. required, .. optional ?? [], mergedUsr ? "merged" : ""]);
        return Cached("packages-" + family, what, required, root => Build(root, required, optional ?? [], components, mergedUsr));
    }

    /// <summary>A system of another suite than the machine's: the packages, with all that they depend on, unpacked and not configured.</summary>
    /// <returns>The cached directory, fit for chroot(2) once something is mounted on its /proc, /sys, /dev, /run and /tmp.</returns>
    /// <exception cref="TestResourceUnavailableException">No Debian, no network, or no such package.</exception>
    public static string Root(string suite, IReadOnlyList<string> packages) =>
        Cached("root-" + suite, string.Join(' ', packages), packages, root => BuildRoot(root, suite, packages));

    private static string Cached(string family, string what, IEnumerable<string> packages, Action<string> build)
    {
        var key = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(what)))[..12];
        try
        {
            return BuildCache.Get(family, key, build);
        }
        catch (ToolFailedException e)
        {
            var reason = e.Output.Split('\n').FirstOrDefault(line => line.StartsWith("E:", StringComparison.Ordinal)) ?? e.Message;
            throw new TestResourceUnavailableException($"the packages {string.Join(' ', packages)} cannot be had: {reason}", e);
        }
    }

    private static void Build(string root, IReadOnlyList<string> required, IReadOnlyList<string> optional, string components, bool mergedUsr)
    {
        var apt = new PrivateApt(Directory.CreateDirectory(Path.Combine(root, ".apt")).FullName, components);
        apt.Update();
        var available = optional.Count == 0 ? [] : apt.PackageNames();
        apt.Download([.. required, .. optional.Where(available.Contains)]);
        if (mergedUsr)
            BaseImage.MergeUsr(root, "bin", "sbin", "lib", "lib64");
        foreach (var package in apt.Downloaded())
            Unpack(package, root);
        apt.Delete();
    }

    private static void BuildRoot(string root, string suite, IReadOnlyList<string> packages)
    {
        var apt = new PrivateApt(Directory.CreateDirectory(Path.Combine(root, ".apt")).FullName, "main", suite);
        apt.Update();
        apt.DownloadWithDependencies(packages);
        BaseImage.Skeleton(root);
        BaseImage.MergeUsr(root, "bin", "sbin", "lib", "lib64");
        FileTree.Link(Path.Combine(root, "var/run"), "/run");
        foreach (var package in apt.Downloaded())
            Unpack(package, root);
        apt.Delete();
    }

    // Not dpkg -x: that replaces a link to a directory by a directory.
    private static void Unpack(string package, string root)
    {
        var tar = Path.ChangeExtension(package, ".tar");
        const string script = """dpkg-deb --fsys-tarfile "$1" > "$2"; tar -C "$3" -xpf "$2" --keep-directory-symlink; rm "$2" """;
        Tool.Run("sh", ["-ec", script, "sh", package, tar, root]);
    }
}

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
    /// <param name="suite">Another suite of the machine's mirrors; <see langword="null"/>: its own.</param>
    /// <returns>The cached directory that they are unpacked in.</returns>
    /// <exception cref="TestResourceUnavailableException">No Debian, no network, or no such package.</exception>
    public static string Unpacked(
        string family, IReadOnlyList<string> required, IReadOnlyList<string>? optional = null, string components = "main", bool mergedUsr = false, string? suite = null)
    {
        var what = string.Join(' ', [suite ?? AptSources.Codename(), components, .. required, .. optional ?? [], mergedUsr ? "merged" : ""]);
        var key = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(what)))[..12];
        try
        {
            return BuildCache.Get("packages-" + family, key, root => Build(root, required, optional ?? [], components, mergedUsr, suite));
        }
        catch (ToolFailedException e)
        {
            var reason = e.Output.Split('\n').FirstOrDefault(line => line.StartsWith("E:", StringComparison.Ordinal)) ?? e.Message;
            throw new TestResourceUnavailableException($"the packages {string.Join(' ', required)} cannot be had: {reason}", e);
        }
    }

    private static void Build(string root, IReadOnlyList<string> required, IReadOnlyList<string> optional, string components, bool mergedUsr, string? suite)
    {
        var apt = new PrivateApt(Directory.CreateDirectory(Path.Combine(root, ".apt")).FullName, components, suite);
        apt.Update();
        var available = optional.Count == 0 ? [] : apt.PackageNames();
        apt.Download([.. required, .. optional.Where(available.Contains)]);
        if (mergedUsr)
            BaseImage.MergeUsr(root, "bin", "sbin", "lib", "lib64");
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

using System.Globalization;

namespace GpuRuntime.TestHosts;

/// <summary>Makes the nodes of dev.manifest and the links of dev.links below a directory that stands for /dev.</summary>
internal static class CapturedDeviceNodes
{
    private const string Prefix = "/dev/";

    public static void Make(string host, string dev)
    {
        Directory.CreateDirectory(dev);
        foreach (var line in Lines(host, "dev.manifest"))
        {
            // type major minor mode gid path
            var fields = line.Split(' ', 6, StringSplitOptions.RemoveEmptyEntries);
            if (fields is not ["c", var major, var minor, var mode, var gid, var path])
                throw new InvalidDataException($"dev.manifest of {host}: {line}");
            DeviceNodes.Character(Path.Combine(dev, Below(path)), Number(major), Number(minor), Convert.ToUInt32(mode, 8), Number(gid));
        }
        foreach (var line in Lines(host, "dev.links"))
        {
            if (line.Split(" -> ") is not [var link, var target])
                throw new InvalidDataException($"dev.links of {host}: {line}");
            // udev's links are relative, so that they hold wherever /dev is.
            var directory = Path.GetDirectoryName(link)!;
            FileTree.Link(Path.Combine(dev, Below(link)), target.StartsWith('/') ? Path.GetRelativePath(directory, target) : target);
        }
    }

    private static IEnumerable<string> Lines(string host, string name)
    {
        var path = Path.Combine(host, name);
        return File.Exists(path) ? File.ReadLines(path).Where(line => !string.IsNullOrWhiteSpace(line)) : [];
    }

    private static string Below(string path) => path.StartsWith(Prefix, StringComparison.Ordinal) ? path[Prefix.Length..] : path;

    private static uint Number(string text) => uint.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);
}

using System.Globalization;

namespace GpuRuntime.TestHosts;

internal static class DriverVersionNumber
{
    public static int Major(string version) => Component(version, 0);

    public static bool IsAtLeast(string version, int major, int minor) =>
        Component(version, 0).CompareTo(major) switch { > 0 => true, < 0 => false, _ => Component(version, 1) >= minor };

    /// <summary>The version in the name of the root's libcuda.</summary>
    public static string Detect(string driverRoot)
    {
        const string prefix = "libcuda.so.";
        var options = new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint };
        return Directory.EnumerateFiles(driverRoot, prefix + "*.*", options)
            .Select(path => Path.GetFileName(path)[prefix.Length..])
            .FirstOrDefault()
            ?? throw new TestResourceUnavailableException($"{driverRoot} holds no {prefix}<version>: it is no driver root");
    }

    private static int Component(string version, int position) =>
        version.Split('.') is { } parts && position < parts.Length ? int.Parse(parts[position], CultureInfo.InvariantCulture) : 0;
}

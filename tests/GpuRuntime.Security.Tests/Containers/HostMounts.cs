namespace GpuRuntime.Security.Tests.Containers;

/// <summary>The mounts that a process sees, as text to compare.</summary>
internal static class HostMounts
{
    /// <summary>This process's own, without those in the directories of other tests, which may run at the same time.</summary>
    public static string Of(TestDirectory own) => Own(File.ReadAllText("/proc/self/mountinfo"), own.Name());

    /// <summary>The lines without those of the directories of other tests, which come and go in every mount namespace.</summary>
    /// <param name="name">Of the directory whose lines stay.</param>
    public static string Own(string mountInfo, string name) => string.Join('\n',
        mountInfo.Split('\n').Where(line => line.Contains(name, StringComparison.Ordinal) || !line.Contains("/grt-", StringComparison.Ordinal)));

    /// <summary>The directory's name, which is nobody else's.</summary>
    public static string Name(this TestDirectory directory) => Path.GetFileName(directory.FullPath);

    /// <summary>Without what differs between two mounts of the same file on the same place: numbers of mounts, parents, devices and peer groups.</summary>
    public static IEnumerable<string> Comparable(string mountInfo) =>
        from line in mountInfo.Split('\n', StringSplitOptions.RemoveEmptyEntries)
        let fields = line.Split(' ')
        let separator = Array.IndexOf(fields, "-")
        select $"{fields[4]} {fields[3]} {fields[5]} {string.Join(' ', fields[6..separator].Select(static tag => tag.Split(':')[0]))} {fields[separator + 1]}";
}

namespace GpuRuntime.Security.Tests.Containers;

/// <summary>Processes by the file that they execute.</summary>
internal static class RunningPrograms
{
    public static IEnumerable<string> Of(string program) =>
        from directory in Directory.EnumerateDirectories("/proc")
        where char.IsAsciiDigit(Path.GetFileName(directory)[0]) && Executable(directory) == program
        select Path.GetFileName(directory);

    private static string? Executable(string directory)
    {
        try
        {
            return File.ResolveLinkTarget(Path.Combine(directory, "exe"), returnFinalTarget: false)?.FullName;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Gone, a thread of the kernel's, or of a process that shows its program to nobody.
            return null;
        }
    }
}

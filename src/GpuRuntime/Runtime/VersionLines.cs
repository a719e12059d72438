using System.Reflection;

namespace GpuRuntime.Runtime;

/// <summary>
/// What <c>--version</c> prints in front of the low-level runtime's own lines. Engines look for a line with the word "version" and for one
/// that begins with "commit:", and take the last: those of the runtime that follows.
/// </summary>
internal static class VersionLines
{
    public static string Version { get; } = typeof(VersionLines).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";

    public static void Print()
    {
        Console.Out.WriteLine($"gpu-runtime version {Version}");
        Console.Out.Flush();
    }
}

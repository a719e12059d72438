using System.Globalization;
using System.Text;
using GpuRuntime.Linux.Interop;

namespace GpuRuntime.Linux.Processes;

/// <summary>What this process is and where it runs.</summary>
public static class OwnProgram
{
    private const uint WholeRange = uint.MaxValue;

    /// <summary>Absolute path of this executable.</summary>
    public static string Path => Libc.TryReadLink(Libc.AtFdCwd, "/proc/self/exe") ?? throw LinuxException.Last("readlink", "/proc/self/exe");

    /// <summary>The name of our other executable, the hook.</summary>
    public const string HookName = "gpu-runtime-hook";

    /// <summary>Where it is installed: beside this one.</summary>
    public static string HookPath => Beside(HookName);

    /// <summary>The directory above the one that our executables are in: <c>/usr/local</c> of <c>/usr/local/bin</c>.</summary>
    public static string Prefix => Directory is var directory && directory.LastIndexOf('/') is var slash and > 0 ? directory[..slash] : "";

    /// <summary>Where another executable of ours is.</summary>
    public static string Beside(string name) => $"{Directory}/{name}";

    private static string Directory => Path is var path ? path[..path.LastIndexOf('/')] : "";

    /// <summary>Whether this process is in a user namespace of somebody's, as under a rootless engine.</summary>
    public static bool IsInUserNamespace
    {
        get
        {
            using var file = Libc.TryOpenAt(Libc.AtFdCwd, "/proc/self/uid_map", OpenFlags.ReadOnly, Resolve.None, out _);
            if (file is null || Paths.FileContent.ReadAll(file, 4096, out _) is not { } content)
                return false;
            var fields = Encoding.ASCII.GetString(content).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            return fields is not ["0", "0", var range] || range != WholeRange.ToString(CultureInfo.InvariantCulture);
        }
    }
}

using GpuRuntime.Linux.Interop;

namespace GpuRuntime.Linux.Paths;

/// <summary>Adds lines to a file that an engine named, such as <c>--log</c>.</summary>
public static class AppendedFile
{
    private const uint Mode = 0b110_100_100;

    /// <returns>Whether it was written.</returns>
    public static bool TryWrite(string path, ReadOnlySpan<byte> text)
    {
        using var file = Libc.TryOpenAt(
            Libc.AtFdCwd, path, OpenFlags.WriteOnly | OpenFlags.Create | OpenFlags.Append | OpenFlags.NonBlock | Libc.NoFollow, Resolve.None, out _, Mode);
        if (file is null)
            return false;
        try
        {
            Libc.WriteAll(file, text, path);
            return true;
        }
        catch (LinuxException)
        {
            // A full disk must not hide the failure that was to be told: the caller tells it on stderr too.
            return false;
        }
    }
}

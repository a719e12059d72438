using GpuRuntime.Core.Cdi.Text;
using GpuRuntime.Core.Errors;
using GpuRuntime.Linux.Interop;
using GpuRuntime.Linux.Paths;

namespace GpuRuntime.Linux.Cdi;

/// <summary>Reads files of specifications.</summary>
public static class CdiFiles
{
    /// <summary>A file that somebody named, whoever owns it.</summary>
    /// <exception cref="GpuRuntimeException"><see cref="ErrorCode.CdiSpecUnreadable"/>.</exception>
    public static byte[] Read(string path)
    {
        using var file = Open(Libc.AtFdCwd, path, path);
        return Content(file, path);
    }

    /// <summary>
    /// A file of a specification directory, which decides what runs as root and what a container sees of the host: root's alone, or in a rootless
    /// engine our own. A link is followed to a file that is.
    /// </summary>
    /// <exception cref="GpuRuntimeException"><see cref="ErrorCode.CdiSpecUnreadable"/>.</exception>
    internal static byte[] ReadTrusted(FileDescriptor directory, string name, string path, CdiTrust trust)
    {
        using var file = Open(directory.Number, name, path);
        return trust.Covers(Libc.Stat(file))
            ? Content(file, path)
            : throw Unreadable(path, "is not root's, or others may write to it: chown root it, and chmod go-w");
    }

    private static FileDescriptor Open(int directory, string name, string path)
    {
        var file = Libc.TryOpenAt(directory, name, OpenFlags.ReadOnly | OpenFlags.NonBlock, Resolve.NoMagicLinks, out var errno)
            ?? throw Unreadable(path, $"cannot be opened ({LinuxException.Of("open", name, errno).Message})");
        if (Libc.Stat(file).Type == FileType.Regular)
            return file;
        file.Dispose();
        throw Unreadable(path, "is not a regular file");
    }

    private static byte[] Content(FileDescriptor file, string path) =>
        FileContent.ReadAll(file, CdiReader.Largest, out var tooLarge) ?? throw Unreadable(path, tooLarge ? $"is larger than {CdiReader.Largest >> 20} MiB" : "cannot be read");

    private static GpuRuntimeException Unreadable(string path, string reason) => new(ErrorCode.CdiSpecUnreadable, $"The CDI specification {path} {reason}.");
}

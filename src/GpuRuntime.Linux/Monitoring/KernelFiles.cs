using System.Text;
using GpuRuntime.Linux.Interop;

namespace GpuRuntime.Linux.Monitoring;

/// <summary>
/// Small files of procfs or sysfs below a prefix, for readers to whom it matters whether a file is not there (a process that has ended, a GPU that
/// was unplugged) or cannot be read. Of a longer file the beginning is read: what is looked for stands there, and nobody can make a read endless.
/// </summary>
public sealed class KernelFiles : IDisposable
{
    private const int MostBytes = 16 << 10;

    private readonly FileDescriptor _root;
    private readonly string _prefix;

    /// <param name="prefix">Where the tree is: <c>/proc</c>, or that of a simulated host.</param>
    /// <exception cref="LinuxException">There is no such directory.</exception>
    public KernelFiles(string prefix)
    {
        _prefix = prefix.TrimEnd('/');
        _root = Libc.OpenAt(Libc.AtFdCwd, prefix, OpenFlags.Path | Libc.Directory, Resolve.None);
        IsProcfs = Libc.FileSystemMagic(_root) == Libc.ProcMagic;
    }

    internal int Root => _root.Number;

    /// <summary>It is a mounted procfs, and no tree that stands for one.</summary>
    internal bool IsProcfs { get; }

    /// <returns><see langword="null"/> when there is no such file.</returns>
    /// <exception cref="LinuxException">It is there and cannot be read.</exception>
    public string? Read(string path)
    {
        using var file = Open(path, OpenFlags.ReadOnly | OpenFlags.NonBlock);
        if (file is null)
            return null;
        Span<byte> buffer = stackalloc byte[MostBytes];
        var count = ReadBeginning(file, buffer, out var errno);
        return count >= 0 ? Encoding.UTF8.GetString(buffer[..count]) : IsGone(errno) ? null : throw LinuxException.Of("read", $"{_prefix}/{path}", errno);
    }

    /// <summary>The names in a directory, in the kernel's order; none when it is not there.</summary>
    /// <exception cref="LinuxException">It is there and cannot be read.</exception>
    public IReadOnlyList<string> List(string path)
    {
        using var directory = TryDirectory(path);
        return directory is null ? [] : Names(directory);
    }

    /// <summary>A directory for use by its descriptor.</summary>
    /// <inheritdoc cref="Read"/>
    internal FileDescriptor? TryDirectory(string path) => Open(path, OpenFlags.ReadOnly | Libc.Directory);

    /// <summary>Names in a directory of this tree; none once what it stands for has ended.</summary>
    internal static List<string> Names(FileDescriptor directory)
    {
        try
        {
            return Libc.Names(directory);
        }
        catch (LinuxException exception) when (IsGone(exception.Errno))
        {
            return [];
        }
    }

    /// <summary>As much of a file as there is and has room. These files give everything at once that fits.</summary>
    /// <returns>Bytes, or -1.</returns>
    internal static int ReadBeginning(FileDescriptor file, Span<byte> buffer, out Errno errno) => Libc.ReadSome(file, buffer, out errno);

    internal static bool IsGone(Errno errno) => errno is Errno.NoEntry or Errno.NoProcess or Errno.NoDevice;

    public void Dispose() => _root.Dispose();

    internal FileDescriptor? Open(string path, OpenFlags flags) =>
        Libc.TryOpenAt(_root.Number, path, flags, Resolve.InRoot | Resolve.NoMagicLinks, out var errno)
        ?? (IsGone(errno) ? null : throw LinuxException.Of("open", $"{_prefix}/{path}", errno));
}

using System.Runtime.InteropServices;
using System.Text;

namespace GpuRuntime.Linux.Interop;

internal static unsafe partial class Libc
{
    public const int AtRemoveDirectory = 0x200;

    /// <summary>Names in a directory, without <c>.</c> and <c>..</c>, in the file system's order. https://man7.org/linux/man-pages/man2/getdents.2.html</summary>
    internal static List<string> Names(FileDescriptor directory)
    {
        var names = new List<string>();
        VisitNames(directory, name => names.Add(Encoding.UTF8.GetString(name)));
        return names;
    }

    /// <summary>What is done with a name, which is bytes of the file system's.</summary>
    internal delegate void NameVisitor(ReadOnlySpan<byte> name);

    /// <summary>The same for a directory of so many names that texts of all of them would cost.</summary>
    internal static void VisitNames(FileDescriptor directory, NameVisitor visit)
    {
        Span<byte> buffer = stackalloc byte[8 * 1024];
        while (VisitSomeNames(directory, buffer, (name, _) => visit(name)))
        {
        }
    }

    /// <summary>What is done with a name and the place in the directory that comes after it, for <see cref="Seek"/>.</summary>
    internal delegate void EntryVisitor(ReadOnlySpan<byte> name, long next);

    /// <summary>The next names of a directory, as many as the buffer has room for.</summary>
    /// <returns>Whether there were any.</returns>
    internal static bool VisitSomeNames(FileDescriptor directory, Span<byte> buffer, EntryVisitor visit)
    {
        const int placeOffset = 8;
        const int lengthOffset = 16;
        const int nameOffset = 19;
        nint count;
        fixed (byte* start = buffer)
            count = Getdents(directory.Number, start, buffer.Length);
        if (count < 0)
            throw LinuxException.Last("read", "a directory");
        for (var at = 0; at < count;)
        {
            var length = BitConverter.ToUInt16(buffer[(at + lengthOffset)..]);
            var name = buffer.Slice(at + nameOffset, length - nameOffset);
            name = name[..name.IndexOf((byte)0)];
            if (!name.SequenceEqual("."u8) && !name.SequenceEqual(".."u8))
                visit(name, BitConverter.ToInt64(buffer[(at + placeOffset)..]));
            at += length;
        }

        return count > 0;
    }

    /// <summary>Goes on with a directory from a place. https://man7.org/linux/man-pages/man2/lseek.2.html</summary>
    internal static void Seek(FileDescriptor directory, long place)
    {
        if (Lseek(directory.Number, place, 0) < 0)
            throw LinuxException.Last("lseek", "a directory");
    }

    /// <summary>The text of a symbolic link. https://man7.org/linux/man-pages/man2/readlink.2.html</summary>
    internal static string? TryReadLink(int directory, string path)
    {
        Span<byte> buffer = stackalloc byte[4096];
        nint count;
        fixed (byte* name = Path(path, stackalloc byte[ShortPath]))
        fixed (byte* target = buffer)
            count = Readlinkat(directory, name, target, buffer.Length);
        return count < 0 ? null : Encoding.UTF8.GetString(buffer[..(int)count]);
    }

    internal static Errno TryMakeDirectory(int directory, string name, uint mode)
    {
        fixed (byte* path = Path(name))
            return Mkdirat(directory, path, mode) == 0 ? Errno.None : LinuxException.LastErrno();
    }

    internal static void Symlink(string target, FileDescriptor directory, string name)
    {
        fixed (byte* text = Path(target))
        fixed (byte* path = Path(name))
        {
            if (Symlinkat(text, directory.Number, path) != 0)
                throw LinuxException.Last("symlink", name);
        }
    }

    internal static void Rename(FileDescriptor fromDirectory, string from, FileDescriptor toDirectory, string to)
    {
        fixed (byte* source = Path(from))
        fixed (byte* target = Path(to))
        {
            if (Renameat(fromDirectory.Number, source, toDirectory.Number, target) != 0)
                throw LinuxException.Last("rename", to);
        }
    }

    internal static Errno TryUnlink(FileDescriptor directory, string name, int flags = 0)
    {
        fixed (byte* path = Path(name))
            return Unlinkat(directory.Number, path, flags) == 0 ? Errno.None : LinuxException.LastErrno();
    }

    [LibraryImport(Library, EntryPoint = "getdents64", SetLastError = true)]
    private static partial nint Getdents(int directory, byte* buffer, nint count);

    [LibraryImport(Library, EntryPoint = "readlinkat", SetLastError = true)]
    private static partial nint Readlinkat(int directory, byte* path, byte* buffer, nint count);

    [LibraryImport(Library, EntryPoint = "mkdirat", SetLastError = true)]
    private static partial int Mkdirat(int directory, byte* path, uint mode);

    [LibraryImport(Library, EntryPoint = "symlinkat", SetLastError = true)]
    private static partial int Symlinkat(byte* target, int directory, byte* path);

    [LibraryImport(Library, EntryPoint = "renameat", SetLastError = true)]
    private static partial int Renameat(int fromDirectory, byte* from, int toDirectory, byte* to);

    [LibraryImport(Library, EntryPoint = "unlinkat", SetLastError = true)]
    private static partial int Unlinkat(int directory, byte* path, int flags);
}

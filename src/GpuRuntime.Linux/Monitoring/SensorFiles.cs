using System.Collections.Immutable;
using System.Text;
using GpuRuntime.Core.Monitoring.Sysfs;
using GpuRuntime.Linux.Interop;

namespace GpuRuntime.Linux.Monitoring;

/// <summary>
/// The files of one device, for whoever reads the same ones every second: they stay open, and are read from their beginning. What is absent is looked
/// for again after <see cref="LookAgain"/>; a file that cannot be read is opened anew. For one thread at a time.
/// </summary>
/// <remarks>
/// Each method throws a <see cref="LinuxException"/> where the machine has no memory or descriptors left, which says nothing of the device: whoever took
/// that for an attribute that the device lacks would put another value in its place, or the wrong name to it.
/// </remarks>
/// <param name="prefix">Where sysfs is: <c>/sys</c>, or that of a simulated host. Links are resolved below it.</param>
/// <param name="directory">The device below it: <c>bus/pci/devices/0000:03:00.0</c>.</param>
public sealed class SensorFiles(string prefix, string directory, TimeProvider clock) : ISensorFiles, IDisposable
{
    public static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(30);

    private const string Opening = "open";
    private const string Reading = "read";
    private const int MostKept = 512;
    private const int Page = 4096;
    private const int MostBytes = 256 << 10;

    private readonly FileDescriptor _root = Libc.OpenAt(Libc.AtFdCwd, prefix, OpenFlags.Path | Libc.Directory, Resolve.None);
    private readonly Dictionary<string, Entry> _entries = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Listing> _listings = new(StringComparer.Ordinal);
    private byte[] _buffer = new byte[4 * Page];
    private bool _keepsOpen = true;

    /// <summary>
    /// Why a file that is there could not be read, since <see cref="Begin"/>: the first reason. Drivers have files for what their hardware does not
    /// have, so that one of them says nothing of the device.
    /// </summary>
    public string? Problem { get; private set; }

    /// <summary>Begins a pass.</summary>
    public void Begin() => Problem = null;

    public string? ReadText(string path) =>
        Read(path) is var count and >= 0 ? Encoding.UTF8.GetString(_buffer.AsSpan(0, count)).Trim('\0', ' ', '\t', '\r', '\n') : null;

    public byte[]? ReadBytes(string path) => Read(path) is var count and >= 0 ? _buffer.AsSpan(0, count).ToArray() : null;

    public ImmutableArray<string> List(string path)
    {
        if (_listings.TryGetValue(path, out var known) && clock.GetElapsedTime(known.Time) < LookAgain)
            return known.Names;
        using var descriptor = Open(path, OpenFlags.ReadOnly | Libc.Directory, out var errno);
        var names = descriptor is null ? [] : KernelFiles.Names(descriptor);
        if (descriptor is null)
            Note(Opening, path, errno);
        names.Sort(StringComparer.Ordinal);
        var listing = new Listing([.. names], clock.GetTimestamp());
        if (_listings.Count < MostKept)
            _listings[path] = listing;
        return listing.Names;
    }

    public void Dispose()
    {
        CloseAll();
        _root.Dispose();
    }

    // Bytes in the buffer; -1 when it is absent or unreadable.
    private int Read(string path)
    {
        if (_entries.TryGetValue(path, out var entry))
        {
            if (entry.File is null)
                return clock.GetElapsedTime(entry.Time) < LookAgain ? -1 : ReadAnew(path);
            if (Fill(entry.File, out _) is var count and >= 0)
                return count;
            // Its device may have gone and come back.
            entry.File.Dispose();
            _entries.Remove(path);
        }

        return ReadAnew(path);
    }

    private int ReadAnew(string path)
    {
        _entries.Remove(path);
        var file = Open(path, OpenFlags.ReadOnly | OpenFlags.NonBlock, out var errno);
        if (file is null && errno is Errno.TooManyFiles or Errno.TooManyFilesOfSystem)
        {
            // What is needed to look at the host at all goes before speed.
            _keepsOpen = false;
            CloseAll();
            file = Open(path, OpenFlags.ReadOnly | OpenFlags.NonBlock, out errno);
        }

        if (file is null)
        {
            Note(Opening, path, errno);
            if (KernelFiles.IsGone(errno))
                Keep(path, null);
            return -1;
        }

        var count = Fill(file, out errno);
        if (count < 0 || !_keepsOpen || !Keep(path, file))
            file.Dispose();
        if (count < 0)
            Note(Reading, path, errno);
        return count;
    }

    private int Fill(FileDescriptor file, out Errno errno)
    {
        var length = 0;
        while (true)
        {
            var count = Libc.ReadSomeAt(file, _buffer.AsSpan(length), length, out errno);
            if (count < 0)
                return -1;
            length += count;
            // Sysfs gives a text in one piece, and of what is longer a page at a time.
            if (count == 0 || length % Page != 0)
                return length;
            if (length < _buffer.Length)
                continue;
            if (length == MostBytes)
            {
                errno = Errno.FileTooLarge;
                return -1;
            }

            Array.Resize(ref _buffer, 2 * length);
        }
    }

    private bool Keep(string path, FileDescriptor? file)
    {
        if (_entries.Count >= MostKept)
            return false;
        _entries[path] = new Entry(file, clock.GetTimestamp());
        return true;
    }

    private void CloseAll()
    {
        foreach (var entry in _entries.Values)
            entry.File?.Dispose();
        _entries.Clear();
    }

    private FileDescriptor? Open(string path, OpenFlags flags, out Errno errno) =>
        Libc.TryOpenAt(_root.Number, path.Length == 0 ? directory : $"{directory}/{path}", flags, Resolve.InRoot | Resolve.NoMagicLinks, out errno);

    private void Note(string call, string path, Errno errno)
    {
        if (KernelFiles.IsGone(errno))
            return;
        var exception = LinuxException.Of(call, $"{prefix.TrimEnd('/')}/{directory}/{path}", errno);
        if (LinuxException.IsOfMachine(errno) && !(call == Reading && LinuxException.IsOfDriver(errno)))
            throw exception;
        Problem ??= exception.Message;
    }

    /// <param name="File"><see langword="null"/> for one that was not there.</param>
    private readonly record struct Entry(FileDescriptor? File, long Time);

    private readonly record struct Listing(ImmutableArray<string> Names, long Time);
}

using GpuRuntime.Linux.Interop;

namespace GpuRuntime.Linux.Loader;

/// <summary>
/// What the dynamic loader starts from in a shared object: its loaded segments and its dynamic section (System V ABI; man 5 elf). The file may
/// be hostile: values are as they stand in it, and an offset that leads out of it reads nothing.
/// </summary>
internal sealed class ElfImage
{
    public const long Needed = 1;
    public const long Hash = 4;
    public const long StringTable = 5;
    public const long SymbolTable = 6;
    public const long StringSize = 10;
    public const long Soname = 14;
    public const long GnuHash = 0x6ffffef5;

    private const int SmallestHeader = 52;
    private const int MostHeaders = 128;
    private const int MostDynamic = 4096;
    private const uint Load = 1;
    private const uint Dynamic = 2;

    private readonly List<ElfSegment> _segments;
    private readonly byte[] _dynamic;

    private ElfImage(ElfLayout layout, List<ElfSegment> segments, byte[] dynamic) => (Layout, _segments, _dynamic) = (layout, segments, dynamic);

    public ElfLayout Layout { get; }

    /// <returns><see langword="null"/> when it is not a shared object that can be read.</returns>
    public static ElfImage? Read(FileDescriptor file)
    {
        // Program headers mostly follow the file header: one read for both.
        Span<byte> beginning = stackalloc byte[1024];
        beginning.Clear();
        var length = Libc.ReadAt(file, beginning, 0);
        if (length < SmallestHeader || ElfLayout.Of(beginning) is not { } layout || layout.HeaderCount is 0 or > MostHeaders)
            return null;
        var size = layout.HeaderCount * layout.HeaderSize;
        scoped ReadOnlySpan<byte> headers;
        if (layout.HeaderOffset <= length - size)
        {
            headers = beginning.Slice((int)layout.HeaderOffset, size);
        }
        else
        {
            var separate = new byte[size];
            if (Libc.ReadAt(file, separate, layout.HeaderOffset) < size)
                return null;
            headers = separate;
        }

        var segments = new List<ElfSegment>(layout.HeaderCount);
        for (var index = 0; index < layout.HeaderCount; index++)
            segments.Add(layout.Segment(headers[(index * layout.HeaderSize)..]));
        if (segments.Find(segment => segment.Type == Dynamic) is not { } dynamic)
            return null;
        var dynamicSize = (int)Math.Clamp(dynamic.FileSize, 0, MostDynamic * layout.DynamicSize);
        var section = new byte[dynamicSize];
        if (dynamic.Offset < 0 || Libc.ReadAt(file, section, dynamic.Offset) < dynamicSize)
            return null;
        return new ElfImage(layout, segments, section);
    }

    /// <summary>The values of a tag of the dynamic section, in its order.</summary>
    public List<long> Entries(long wanted)
    {
        var values = new List<long>();
        for (var at = 0; at + Layout.DynamicSize <= _dynamic.Length; at += Layout.DynamicSize)
        {
            var (tag, value) = Layout.DynamicEntry(_dynamic.AsSpan(at));
            if (tag == 0)
                break;
            if (tag == wanted)
                values.Add(value);
        }

        return values;
    }

    /// <summary>The value of a tag that stands there once; the last, as the loader takes it, where a file repeats it.</summary>
    public long? Entry(long wanted) => Entries(wanted) is [.., var last] ? last : null;

    /// <summary>Where in the file lies what is loaded at an address.</summary>
    public long? FileOffset(long address) =>
        _segments.Find(candidate => candidate.Type == Load && address >= candidate.Address && address - candidate.Address < candidate.FileSize) is { } segment
            ? segment.Offset + (address - segment.Address)
            : null;
}

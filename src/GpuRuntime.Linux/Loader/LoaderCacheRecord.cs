using System.Text;
using GpuRuntime.Core.Inventory;

namespace GpuRuntime.Linux.Loader;

/// <summary>One line of the loader cache.</summary>
/// <param name="Flags">Kind and architecture of the library (elf/cache.c: FLAG_ELF_LIBC6 and the architecture's bits).</param>
/// <param name="Hardware">Level of hardware it needs; with bit 62 set, the number of a glibc-hwcaps name.</param>
public sealed record LoaderCacheRecord(int Flags, byte[] Name, byte[] Path, uint OsVersion, ulong Hardware)
{
    private const int ElfLibc6 = 0x0003;
    private const int ArchitectureBits = 0xff00;

    public LibraryArchitecture Architecture => (Flags & ArchitectureBits) switch
    {
        0x0300 => LibraryArchitecture.X64,
        0x0000 => LibraryArchitecture.X86,
        0x0a00 => LibraryArchitecture.Arm64,
        0x0900 => LibraryArchitecture.Arm,
        _ => LibraryArchitecture.Unknown,
    };

    public static LoaderCacheRecord Of(LoaderCacheEntry entry)
    {
        var architecture = entry.Architecture switch
        {
            LibraryArchitecture.X64 => 0x0300,
            LibraryArchitecture.Arm64 => 0x0a00,
            LibraryArchitecture.Arm => 0x0900,
            _ => 0x0000,
        };
        return new LoaderCacheRecord(architecture | ElfLibc6, Encoding.UTF8.GetBytes(entry.Name), Encoding.UTF8.GetBytes(entry.Path), 0, 0);
    }

    public bool Equals(LoaderCacheRecord? other) =>
        other is not null && Flags == other.Flags && OsVersion == other.OsVersion && Hardware == other.Hardware
        && Name.AsSpan().SequenceEqual(other.Name) && Path.AsSpan().SequenceEqual(other.Path);

    public override int GetHashCode()
    {
        var hash = default(HashCode);
        hash.AddBytes(Name);
        hash.AddBytes(Path);
        return hash.ToHashCode();
    }
}

using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace GpuRuntime.Core.Tests.Vendors.UserSpace;

/// <summary>
/// The smallest ELF shared object that says what it is called and what it needs (System V ABI): a file header, a segment that is loaded, the
/// dynamic section and its texts. No linker is needed to make one.
/// </summary>
internal static class SharedObjectFile
{
    private const int FileHeader = 64;
    private const int ProgramHeader = 56;
    private const int DynamicStart = FileHeader + (2 * ProgramHeader);
    private const ushort X64 = 62;
    private const ushort Arm64 = 183;

    /// <param name="foreign">For the other of the two architectures.</param>
    public static byte[] Of(string? soname, bool foreign = false, params ReadOnlySpan<string> needed)
    {
        var texts = new List<byte> { 0 };
        var dynamic = new List<(long Tag, long Value)>();
        foreach (var name in needed)
            dynamic.Add((1, Text(texts, name)));
        if (soname is not null)
            dynamic.Add((14, Text(texts, soname)));
        var textStart = DynamicStart + ((dynamic.Count + 3) * 16);
        dynamic.AddRange([(5, textStart), (10, texts.Count), (0, 0)]);

        var file = new byte[textStart + texts.Count];
        var machine = (RuntimeInformation.ProcessArchitecture == Architecture.Arm64) == foreign ? X64 : Arm64;
        Header(file, machine);
        Segment(file.AsSpan(FileHeader), 1, 0, file.Length);
        Segment(file.AsSpan(FileHeader + ProgramHeader), 2, DynamicStart, dynamic.Count * 16);
        for (var index = 0; index < dynamic.Count; index++)
        {
            BinaryPrimitives.WriteInt64LittleEndian(file.AsSpan(DynamicStart + (index * 16)), dynamic[index].Tag);
            BinaryPrimitives.WriteInt64LittleEndian(file.AsSpan(DynamicStart + (index * 16) + 8), dynamic[index].Value);
        }

        texts.CopyTo(file, textStart);
        return file;
    }

    private static void Header(Span<byte> file, ushort machine)
    {
        ReadOnlySpan<byte> identification = [0x7f, (byte)'E', (byte)'L', (byte)'F', 2, 1, 1];
        identification.CopyTo(file);
        BinaryPrimitives.WriteUInt16LittleEndian(file[16..], 3);
        BinaryPrimitives.WriteUInt16LittleEndian(file[18..], machine);
        BinaryPrimitives.WriteInt64LittleEndian(file[32..], FileHeader);
        BinaryPrimitives.WriteUInt16LittleEndian(file[54..], ProgramHeader);
        BinaryPrimitives.WriteUInt16LittleEndian(file[56..], 2);
    }

    private static void Segment(Span<byte> header, uint type, long start, long size)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(header, type);
        BinaryPrimitives.WriteInt64LittleEndian(header[8..], start);
        BinaryPrimitives.WriteInt64LittleEndian(header[16..], start);
        BinaryPrimitives.WriteInt64LittleEndian(header[32..], size);
    }

    private static long Text(List<byte> texts, string text)
    {
        var offset = texts.Count;
        texts.AddRange(Encoding.UTF8.GetBytes(text));
        texts.Add(0);
        return offset;
    }
}

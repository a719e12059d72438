using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace GpuRuntime.Agent.Nvml;

/// <summary>
/// A call that lists a GPU's processes. Version 1 tells pid and bytes (16 bytes an entry); 2 and 3 also the MIG instances (24 bytes). Some
/// drivers of the 535 branch have 8 bytes more in version 3, of which nothing but the memory behind the entries tells.
/// </summary>
internal sealed unsafe class NvmlProcessList
{
    private const int SmallEntry = 16;
    private const int Entry = 24;
    private const int LargeEntry = 32;
    private const byte Untouched = 0xA5;
    private const uint FirstCapacity = 64;
    private const uint LargestCapacity = 1 << 16;
    private const int MostTries = 8;
    private const uint NoInstance = uint.MaxValue;
    private const ulong NotAvailable = ulong.MaxValue;

    private readonly delegate* unmanaged<nint, uint*, byte*, NvmlStatus> _function;
    private readonly bool _isVersion1;

    private NvmlProcessList(nint function, bool isVersion1)
    {
        _function = (delegate* unmanaged<nint, uint*, byte*, NvmlStatus>)function;
        _isVersion1 = isVersion1;
    }

    public static NvmlProcessList Find(nint library, string name)
    {
        foreach (var version in new[] { "_v3", "_v2" })
        {
            if (NvmlFunctions.Find(library, name + version) is not 0 and var function)
                return new NvmlProcessList(function, false);
        }

        return new NvmlProcessList(NvmlFunctions.Find(library, name), true);
    }

    /// <param name="processes">What is running at this moment.</param>
    public NvmlStatus Read(nint device, out ImmutableArray<NvmlProcess> processes)
    {
        processes = [];
        if (_function == null)
            return NvmlStatus.FunctionNotFound;
        var capacity = FirstCapacity;
        for (var attempt = 0; attempt < MostTries; attempt++)
        {
            // Room for the largest entry, whatever the driver writes.
            var size = (int)capacity * LargeEntry;
            var buffer = (byte*)NativeMemory.Alloc((nuint)size);
            try
            {
                var content = new Span<byte>(buffer, size);
                content.Fill(Untouched);
                var count = capacity;
                var status = _function(device, &count, buffer);
                if (status == NvmlStatus.Success)
                    processes = Parse(content, (int)Math.Min(count, capacity));
                if (status != NvmlStatus.InsufficientSize)
                    return status;
                // Some more than there are: others may start meanwhile.
                capacity = Math.Min(Math.Max(count, capacity) * 2, LargestCapacity);
            }
            finally
            {
                NativeMemory.Free(buffer);
            }
        }

        return NvmlStatus.InsufficientSize;
    }

    private ImmutableArray<NvmlProcess> Parse(ReadOnlySpan<byte> content, int count)
    {
        var size = _isVersion1 ? SmallEntry
            : content[(count * Entry)..(count * LargeEntry)].IndexOfAnyExcept(Untouched) < 0 ? Entry : LargeEntry;
        var processes = ImmutableArray.CreateBuilder<NvmlProcess>(count);
        for (var index = 0; index < count; index++)
        {
            var entry = content.Slice(index * size, size);
            var used = BinaryPrimitives.ReadUInt64LittleEndian(entry[8..]);
            processes.Add(new NvmlProcess(
                BinaryPrimitives.ReadUInt32LittleEndian(entry), used == NotAvailable ? null : used,
                _isVersion1 ? null : Instance(entry[16..]), _isVersion1 ? null : Instance(entry[20..])));
        }

        return processes.MoveToImmutable();
    }

    private static uint? Instance(ReadOnlySpan<byte> field) => BinaryPrimitives.ReadUInt32LittleEndian(field) is not NoInstance and var number ? number : null;
}

using System.Runtime.InteropServices;

namespace GpuRuntime.Linux.Cgroups;

/// <summary>One instruction as the kernel reads it (Documentation/bpf/standardization/instruction-set.rst), in 64 bits.</summary>
/// <param name="Code">The operation: three bits of class, the rest by class.</param>
/// <param name="Registers">The destination in the low four bits, the source above it.</param>
/// <param name="Offset">Of a jump: how many instructions behind the following one.</param>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct BpfInstruction(byte Code, byte Registers, short Offset, int Immediate)
{
    public const byte Exit = 0x95;
    public const byte Call = 0x85;
    public const byte LoadImmediate64 = 0x18;

    /// <summary>The stack pointer, the last register that a program may name; the kernel has further ones for itself.</summary>
    public const int LastRegister = 10;

    public int Destination => Registers & 0xf;

    public int Source => Registers >> 4;

    public static BpfInstruction Of(ulong word) => MemoryMarshal.Cast<ulong, BpfInstruction>(MemoryMarshal.CreateReadOnlySpan(in word, 1))[0];

    public ulong ToWord()
    {
        var self = this;
        return MemoryMarshal.Cast<BpfInstruction, ulong>(MemoryMarshal.CreateReadOnlySpan(in self, 1))[0];
    }
}

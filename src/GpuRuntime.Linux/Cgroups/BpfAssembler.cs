namespace GpuRuntime.Linux.Cgroups;

/// <summary>
/// Puts instructions together, of the few kinds that a device program needs. Arithmetic and comparisons are of 32 bits; jumps go forward, to
/// labels that are placed later.
/// </summary>
internal sealed class BpfAssembler
{
    private readonly List<BpfInstruction> _instructions = [];
    private readonly List<(int Jump, BpfLabel Label)> _jumps = [];

    /// <summary>The label stands for the instruction that comes next.</summary>
    public void Place(BpfLabel label) => label.Place = _instructions.Count;

    /// <summary><c>destination = *(u32 *)(address + offset)</c></summary>
    public void Load32(int destination, int address, short offset) => Add(0x61, destination, address, offset);

    /// <summary><c>destination = source</c></summary>
    public void Move32(int destination, int source) => Add(0xbc, destination, source);

    /// <summary><c>destination = value</c></summary>
    public void Set32(int destination, int value) => Add(0xb4, destination, immediate: value);

    /// <summary><c>destination &amp;= value</c></summary>
    public void And32(int destination, int value) => Add(0x54, destination, immediate: value);

    /// <summary><c>destination >>= bits</c>, zeros shifted in.</summary>
    public void ShiftRight32(int destination, int bits) => Add(0x74, destination, immediate: bits);

    /// <summary><c>if (register == value) goto label</c></summary>
    public void JumpIfEqual32(int register, uint value, BpfLabel label) => Jump(0x16, register, value, label);

    /// <summary><c>if (register != value) goto label</c></summary>
    public void JumpIfNotEqual32(int register, uint value, BpfLabel label) => Jump(0x56, register, value, label);

    /// <summary><c>if (register &amp; bits) goto label</c></summary>
    public void JumpIfAnyBit32(int register, uint bits, BpfLabel label) => Jump(0x46, register, bits, label);

    /// <summary><c>goto label</c></summary>
    public void Jump(BpfLabel label) => Jump(0x05, 0, 0, label);

    /// <summary>Ends the program; its answer is register 0.</summary>
    public void Exit() => Add(BpfInstruction.Exit);

    /// <summary>The instructions, every jump with its distance.</summary>
    /// <exception cref="InvalidOperationException">A label was never placed, lies behind the jump, or further than 32767 instructions away.</exception>
    public IReadOnlyList<BpfInstruction> Assemble()
    {
        foreach (var (jump, label) in _jumps)
        {
            // Both are faults of whoever wrote the program, and a distance that wraps would lead somewhere.
            if (label.Place is not { } place || place - jump - 1 is < 0 or > short.MaxValue)
                throw new InvalidOperationException($"The jump of instruction {jump} leads nowhere, backwards or too far.");
            _instructions[jump] = _instructions[jump] with { Offset = (short)(place - jump - 1) };
        }

        return _instructions;
    }

    private void Jump(byte code, int register, uint value, BpfLabel label)
    {
        _jumps.Add((_instructions.Count, label));
        Add(code, register, immediate: (int)value);
    }

    private void Add(byte code, int destination = 0, int source = 0, short offset = 0, int immediate = 0) =>
        _instructions.Add(new BpfInstruction(code, (byte)(destination | (source << 4)), offset, immediate));
}

/// <summary>A place in a program that jumps lead to.</summary>
internal sealed class BpfLabel
{
    /// <summary>The number of the instruction; <see langword="null"/> until it is placed.</summary>
    public int? Place { get; set; }
}

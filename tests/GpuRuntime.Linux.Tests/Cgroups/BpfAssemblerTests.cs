using GpuRuntime.Linux.Cgroups;

namespace GpuRuntime.Linux.Tests.Cgroups;

/// <summary>What each kind of instruction does, told by the kernel that runs it on numbers that only the run brings.</summary>
public sealed class BpfAssemblerTests
{
    private const int Answer = 0;
    private const int Packet = 1;
    private const int Value = 2;
    private const short PacketLength = 0;
    private const short PacketMark = 8;

    [TestCase(64)]
    [TestCase(100)]
    public void Load32_reads_from_where_a_register_points(int length)
    {
        var answer = Run(0, code => code.Load32(Answer, Packet, PacketLength), length);

        Assert.That(answer, Is.EqualTo(length));
    }

    [TestCase(0u)]
    [TestCase(0xdeadbeefu)]
    [TestCase(0x80000000u)]
    public void Load32_reads_at_an_offset(uint mark) => Assert.That(Run(mark, code => code.Load32(Answer, Packet, PacketMark)), Is.EqualTo(mark));

    [TestCase(5u)]
    [TestCase(0xfffffffeu)]
    public void Move32_copies_a_register_and_leaves_the_other_as_it_is(uint mark)
    {
        var answer = Run(mark, code =>
        {
            code.Load32(Value, Packet, PacketMark);
            code.Move32(3, Value);
            code.And32(3, 0);
            code.Move32(Answer, Value);
        });

        Assert.That(answer, Is.EqualTo(mark));
    }

    [TestCase(0)]
    [TestCase(1)]
    [TestCase(-1)]
    [TestCase(int.MinValue)]
    [TestCase(int.MaxValue)]
    public void Set32_sets_a_number(int value) => Assert.That(Run(0, code => code.Set32(Answer, value)), Is.EqualTo(unchecked((uint)value)));

    [TestCase(0x12345678u, 0xffff, 0x5678u)]
    [TestCase(0xffffffffu, 0x0ff0, 0x0ff0u)]
    [TestCase(0xffffffffu, int.MinValue, 0x80000000u)]
    [TestCase(0x12345678u, -1, 0x12345678u)]
    [TestCase(0x12345678u, 0, 0u)]
    public void And32_keeps_the_bits_of_both(uint mark, int bits, uint expected)
    {
        var answer = Run(mark, code =>
        {
            code.Load32(Answer, Packet, PacketMark);
            code.And32(Answer, bits);
        });

        Assert.That(answer, Is.EqualTo(expected));
    }

    [TestCase(0x00060002u, 16, 6u)]
    [TestCase(0xffff0000u, 16, 0xffffu)]
    [TestCase(0x80000000u, 31, 1u)]
    [TestCase(0x80000000u, 1, 0x40000000u)]
    public void ShiftRight32_shifts_zeros_in(uint mark, int bits, uint expected)
    {
        var answer = Run(mark, code =>
        {
            code.Load32(Answer, Packet, PacketMark);
            code.ShiftRight32(Answer, bits);
        });

        Assert.That(answer, Is.EqualTo(expected));
    }

    [Test]
    public void ShiftRight32_of_a_negative_number_brings_nothing_down_from_above()
    {
        var answer = Run(0, code =>
        {
            code.Set32(Answer, -8);
            code.ShiftRight32(Answer, 1);
        });

        Assert.That(answer, Is.EqualTo(0x7ffffffcu));
    }

    [TestCase(0u, 0u, true)]
    [TestCase(1u, 0u, false)]
    [TestCase(0u, 1u, false)]
    [TestCase(0x80000000u, 0x80000000u, true)]
    [TestCase(0xffffffffu, 0xffffffffu, true)]
    [TestCase(0x7fffffffu, 0xffffffffu, false)]
    [TestCase(0u, 0x80000000u, false)]
    public void JumpIfEqual32_and_JumpIfNotEqual32_are_each_others_opposite(uint mark, uint value, bool isEqual)
    {
        var ifEqual = IsTaken(mark, (code, label) => code.JumpIfEqual32(Value, value, label));
        var ifNotEqual = IsTaken(mark, (code, label) => code.JumpIfNotEqual32(Value, value, label));

        Assert.That((ifEqual, ifNotEqual), Is.EqualTo((isEqual, !isEqual)));
    }

    [TestCase(1u, 1u, true)]
    [TestCase(2u, 1u, false)]
    [TestCase(3u, 2u, true)]
    [TestCase(0u, 0xffffffffu, false)]
    [TestCase(0x80000000u, 0x80000000u, true)]
    [TestCase(0x80000000u, 0x7fffffffu, false)]
    [TestCase(0x7fffffffu, 0x80000000u, false)]
    [TestCase(6u, 0xfffffff9u, false)]
    [TestCase(7u, 0xfffffff9u, true)]
    public void JumpIfAnyBit32_jumps_when_one_bit_is_in_both(uint mark, uint bits, bool isTaken) =>
        Assert.That(IsTaken(mark, (code, label) => code.JumpIfAnyBit32(Value, bits, label)), Is.EqualTo(isTaken));

    [TestCase(0u, 7u)]
    [TestCase(1u, 9u)]
    public void Jump_leaves_out_what_lies_between(uint mark, uint expected)
    {
        var answer = Run(mark, code =>
        {
            var (between, end) = (new BpfLabel(), new BpfLabel());
            code.Load32(Value, Packet, PacketMark);
            // The kernel takes no program with instructions that nothing leads to.
            code.JumpIfEqual32(Value, 1, between);
            code.Set32(Answer, 7);
            code.Jump(end);
            code.Place(between);
            code.Set32(Answer, 9);
            code.Place(end);
        });

        Assert.That(answer, Is.EqualTo(expected));
    }

    [TestCase(0u, 5u)]
    [TestCase(1u, 6u)]
    public void Exit_ends_the_program_with_register_0(uint mark, uint expected)
    {
        var answer = Run(mark, code =>
        {
            var on = new BpfLabel();
            code.Load32(Value, Packet, PacketMark);
            code.Set32(Answer, 5);
            code.JumpIfEqual32(Value, 1, on);
            code.Exit();
            code.Place(on);
            code.Set32(Answer, 6);
        });

        Assert.That(answer, Is.EqualTo(expected));
    }

    private static bool IsTaken(uint mark, Action<BpfAssembler, BpfLabel> jump)
    {
        var answer = Run(mark, code =>
        {
            var taken = new BpfLabel();
            code.Load32(Value, Packet, PacketMark);
            code.Set32(Answer, 1);
            jump(code, taken);
            code.Set32(Answer, 0);
            code.Place(taken);
        });
        Assert.That(answer, Is.AnyOf(0u, 1u));
        return answer == 1;
    }

    private static uint Run(uint mark, Action<BpfAssembler> write, int packetLength = 64)
    {
        var code = new BpfAssembler();
        write(code);
        code.Exit();
        return KernelBpf.Run(code.Assemble(), mark, packetLength);
    }
}

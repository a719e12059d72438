using GpuRuntime.Linux.Cgroups;

namespace GpuRuntime.Linux.Tests.Cgroups;

public sealed class BpfInstructionTests
{
    private const int Seed = 20_260;

    [Test]
    public void The_fields_lie_in_the_word_as_the_kernel_reads_them()
    {
        var instruction = new BpfInstruction(0x61, 0xa3, 0x1234, 0x55667788);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(instruction.ToWord(), Is.EqualTo(0x55667788_1234_a3_61ul));
            Assert.That(instruction.Destination, Is.EqualTo(3));
            Assert.That(instruction.Source, Is.EqualTo(10));
        }
    }

    [TestCase(0ul)]
    [TestCase(0x95ul)]
    [TestCase(0xffff_ffff_ffff_fffful)]
    [TestCase(0x8000_0000_8000_8080ul)]
    public void A_word_is_an_instruction_and_back(ulong word) => Assert.That(BpfInstruction.Of(word).ToWord(), Is.EqualTo(word));

    [Test]
    public void Any_instruction_is_a_word_and_back()
    {
        var random = new Random(Seed);
        for (var round = 0; round < 1000; round++)
        {
            var offset = (short)random.Next(short.MinValue, short.MaxValue + 1);
            var instruction = new BpfInstruction((byte)random.Next(256), (byte)random.Next(256), offset, random.Next(int.MinValue, int.MaxValue));
            Assert.That(BpfInstruction.Of(instruction.ToWord()), Is.EqualTo(instruction));
        }
    }

    [TestCase(0x0000_0010_0000_0374ul, 0x74, 3, 0, 0, 16)]
    [TestCase(0x0000_0000_0002_315dul, 0x5d, 1, 3, 2, 0)]
    [TestCase(0xffff_ffff_fffd_1261ul, 0x61, 2, 1, -3, -1)]
    public void A_word_of_the_kernels_is_read(ulong word, int code, int destination, int source, int offset, int immediate)
    {
        var instruction = BpfInstruction.Of(word);

        Assert.That(
            (instruction.Code, instruction.Destination, instruction.Source, instruction.Offset, instruction.Immediate),
            Is.EqualTo(((byte)code, destination, source, (short)offset, immediate)));
    }
}

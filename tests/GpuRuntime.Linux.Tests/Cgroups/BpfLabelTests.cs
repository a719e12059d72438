using GpuRuntime.Linux.Cgroups;

namespace GpuRuntime.Linux.Tests.Cgroups;

/// <summary>Where jumps lead, and which cannot be written.</summary>
public sealed class BpfLabelTests
{
    private BpfAssembler _code = new();
    private BpfLabel _label = new();

    [SetUp]
    public void Begin() => (_code, _label) = (new BpfAssembler(), new BpfLabel());

    [Test]
    public void A_label_stands_for_the_instruction_that_comes_next()
    {
        _code.Jump(_label);
        _code.JumpIfEqual32(0, 1, _label);
        _code.Set32(0, 1);
        _code.Place(_label);
        _code.Exit();

        Assert.That(_code.Assemble().Select(instruction => instruction.Offset), Is.EqualTo([2, 1, 0, 0]));
    }

    [Test]
    public void A_jump_may_lead_to_the_very_next_instruction_or_behind_the_last_one()
    {
        var end = new BpfLabel();
        _code.Jump(_label);
        _code.Place(_label);
        _code.Jump(end);
        _code.Place(end);

        Assert.That(_code.Assemble().Select(instruction => instruction.Offset), Is.EqualTo([0, 0]));
    }

    [Test]
    public void A_label_that_is_placed_nowhere_is_a_fault()
    {
        _code.Exit();
        _code.JumpIfNotEqual32(0, 1, _label);
        _code.Exit();

        Assert.That(() => _code.Assemble(), Throws.InvalidOperationException.With.Message.Contains("instruction 1 "));
    }

    [Test]
    public void A_jump_backwards_is_a_fault()
    {
        _code.Place(_label);
        _code.Set32(0, 1);
        _code.JumpIfAnyBit32(0, 1, _label);
        _code.Exit();

        Assert.That(() => _code.Assemble(), Throws.InvalidOperationException);
    }

    [Test]
    public void A_jump_to_itself_is_a_fault()
    {
        _code.Place(_label);
        _code.Jump(_label);

        Assert.That(() => _code.Assemble(), Throws.InvalidOperationException);
    }

    [Test]
    public void A_jump_goes_as_far_as_the_offset_can_tell_and_no_further()
    {
        var tooFar = new BpfLabel();
        _code.Jump(_label);
        for (var between = 0; between < short.MaxValue; between++)
            _code.Set32(0, 1);
        _code.Place(_label);
        Assert.That(_code.Assemble()[0].Offset, Is.EqualTo(short.MaxValue));

        _code.Jump(tooFar);
        for (var between = 0; between <= short.MaxValue; between++)
            _code.Set32(0, 1);
        _code.Place(tooFar);
        Assert.That(() => _code.Assemble(), Throws.InvalidOperationException);
    }
}

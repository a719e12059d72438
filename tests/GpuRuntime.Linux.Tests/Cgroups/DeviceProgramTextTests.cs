using GpuRuntime.Linux.Cgroups;

namespace GpuRuntime.Linux.Tests.Cgroups;

/// <summary>The instructions themselves: what ours are put in front of, when, and what can not be extended.</summary>
public sealed class DeviceProgramTextTests
{
    private static readonly BpfInstruction _exit = new(BpfInstruction.Exit, 0, 0, 0);
    private static readonly BpfInstruction _answer = new(0xb4, 0, 0, 1);

    [Test]
    public void The_program_that_was_there_follows_instruction_for_instruction()
    {
        var allowing = DeviceProgram.Allowing([TestDevice.Node(122, 0)], RuncProgram.Instructions);

        Assert.That(allowing, Has.Count.GreaterThan(RuncProgram.Instructions.Count));
        Assert.That(allowing.TakeLast(RuncProgram.Instructions.Count), Is.EqualTo(RuncProgram.Instructions));
    }

    [Test]
    public void Applied_twice_it_is_the_same_program()
    {
        var once = DeviceProgram.Allowing([TestDevice.Node(122, 0), TestDevice.Node(511, 1048575)], RuncProgram.Instructions);

        Assert.That(DeviceProgram.Allowing([TestDevice.Node(122, 0), TestDevice.Node(511, 1048575)], once), Is.SameAs(once));
    }

    [Test]
    public void Other_nodes_are_put_in_front_of_the_first_ones()
    {
        var first = DeviceProgram.Allowing([TestDevice.Node(122, 0)], RuncProgram.Instructions);
        var second = DeviceProgram.Allowing([TestDevice.Node(122, 1)], first);

        Assert.That(second, Has.Count.GreaterThan(first.Count));
        Assert.That(second.TakeLast(first.Count), Is.EqualTo(first));
    }

    [Test]
    public void A_node_that_is_named_twice_costs_nothing() =>
        Assert.That(
            DeviceProgram.Allowing([TestDevice.Node(122, 0), TestDevice.Node(122, 0)], RuncProgram.Instructions),
            Is.EqualTo(DeviceProgram.Allowing([TestDevice.Node(122, 0)], RuncProgram.Instructions)));

    [Test]
    public void Every_program_of_ours_and_of_others_can_be_extended([ValueSource(typeof(ExistingPrograms), nameof(ExistingPrograms.Names))] string name)
    {
        Assert.That(DeviceProgram.Obstacle(ExistingPrograms.Named(name)), Is.Null);
        Assert.That(DeviceProgram.Obstacle(DeviceProgram.Allowing([TestDevice.Node(122, 0)], ExistingPrograms.Named(name))), Is.Null);
    }

    [Test]
    public void Without_instructions_there_is_nothing_to_extend() => Assert.That(DeviceProgram.Obstacle([]), Does.Contain("does not show"));

    [Test]
    public void Nothing_but_zeros_are_no_instructions() => Assert.That(DeviceProgram.Obstacle(new BpfInstruction[8]), Does.Contain("does not show"));

    [Test]
    public void Some_zeros_are_no_obstacle() => Assert.That(DeviceProgram.Obstacle([_answer, default, _exit]), Is.Null);

    [TestCase(0x0b)]
    [TestCase(0xb0)]
    [TestCase(0xff)]
    public void Registers_of_the_kernels_own_are_told_as_blinding(int registers) =>
        Assert.That(DeviceProgram.Obstacle([new BpfInstruction(0xbc, (byte)registers, 0, 0), _exit]), Does.Contain("bpf_jit_harden=2"));

    [TestCase(0x0a)]
    [TestCase(0xa0)]
    [TestCase(0xaa)]
    public void The_stack_pointer_is_no_obstacle(int registers) =>
        Assert.That(DeviceProgram.Obstacle([new BpfInstruction(0xbf, (byte)registers, 0, 0), _answer, _exit]), Is.Null);

    [TestCase(BpfInstruction.Call)]
    [TestCase(BpfInstruction.LoadImmediate64)]
    public void Calls_and_maps_cannot_be_loaded_again(byte code) =>
        Assert.That(DeviceProgram.Obstacle([_answer, new BpfInstruction(code, 0, 0, 14), default, _exit]), Does.Contain("maps or calls"));
}

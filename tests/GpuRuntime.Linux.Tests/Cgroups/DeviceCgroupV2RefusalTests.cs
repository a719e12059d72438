using GpuRuntime.Core.Errors;
using GpuRuntime.Linux.Cgroups;
using GpuRuntime.Linux.Interop;
using GpuRuntime.Linux.Paths;

namespace GpuRuntime.Linux.Tests.Cgroups;

/// <summary>Device programs that cannot be extended: said why, and left as they are.</summary>
public sealed class DeviceCgroupV2RefusalTests : DeviceCgroupFixture
{
    private const byte Set64 = 0xb7;
    private const int MapDescriptor = 1;
    private const int TimeOfTheKernel = 5;

    private static readonly BpfInstruction _allow = new(Set64, 0, 0, 1);
    private static readonly BpfInstruction _exit = new(BpfInstruction.Exit, 0, 0, 0);

    [Test]
    public void Of_two_programs_neither_is_changed()
    {
        Cgroup.Attach(RuncProgram.Instructions, BpfAttachFlags.AllowMultiple);
        Cgroup.Attach(ExistingPrograms.AllowAll, BpfAttachFlags.AllowMultiple);

        Assert.That(RefusalThatChangesNothing(), Does.Contain($"2 device programs are attached to {Cgroup.Path} ").And.Contain("--runtime=gpu-runtime"));
    }

    [Test]
    public void A_program_that_calls_a_function_of_the_kernels_is_left_alone()
    {
        Cgroup.Attach([new BpfInstruction(BpfInstruction.Call, 0, 0, TimeOfTheKernel), _allow, _exit], BpfAttachFlags.AllowMultiple);

        Assert.That(RefusalThatChangesNothing(), Does.Contain("it uses maps or calls").And.Contain($"{Cgroup.Programs.Single()} of {Cgroup.Path} "));
    }

    [Test]
    public void A_program_that_looks_into_a_map_is_left_alone()
    {
        using var map = KernelBpf.CreateMap();
        var load = new BpfInstruction(BpfInstruction.LoadImmediate64, (MapDescriptor << 4) | 2, 0, map.Number);
        Cgroup.Attach([load, default, _allow, _exit], BpfAttachFlags.AllowMultiple);

        Assert.That(RefusalThatChangesNothing(), Does.Contain("it uses maps or calls"));
    }

    [Test]
    public void A_program_that_a_link_attaches_is_not_ours_to_replace()
    {
        using var cgroup = Cgroup.Open();
        using var program = ExistingPrograms.Load(RuncProgram.Instructions);
        using var link = KernelBpf.Link(cgroup, program);
        Assert.That(Cgroup.Programs, Has.Length.EqualTo(1));

        Assert.That(RefusalThatChangesNothing(), Does.Contain($"The device rules of {Cgroup.Path} cannot be changed: bpf (BPF_PROG_ATTACH)"));
    }

    private string RefusalThatChangesNothing()
    {
        var (programs, answers) = (Cgroup.Programs, Child.Ask());
        var undo = new UndoLog();

        var sentence = Refusal.Of(ErrorCode.DeviceCgroupUnchangeable, () => Rules.Allow([TestDevice.Node(122, 0)], undo));

        Assert.That(undo.TakeBack(), Is.Empty);
        Assert.That(Cgroup.Programs, Is.EqualTo(programs));
        Assert.That(Child.Ask(), Is.EqualTo(answers));
        return sentence;
    }

    private protected override TestCgroup MakeCgroup() => TestCgroup.OfVersion2();
}

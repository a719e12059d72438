using GpuRuntime.Core.Errors;
using GpuRuntime.Linux.Cgroups;
using GpuRuntime.Linux.Interop;
using GpuRuntime.Linux.Namespaces;

namespace GpuRuntime.Linux.Tests.Cgroups;

/// <summary>A process in a cgroup of version 2 gets nodes, and loses them again.</summary>
public sealed class DeviceCgroupV2Tests : DeviceCgroupFixture
{
    [TestCase(nameof(BpfAttachFlags.AllowMultiple))]
    [TestCase(nameof(BpfAttachFlags.AllowOverride))]
    [TestCase(nameof(BpfAttachFlags.None))]
    public void The_program_is_replaced_however_it_is_attached_and_taken_back(string attachFlags)
    {
        var flags = Enum.Parse<BpfAttachFlags>(attachFlags);
        var id = Cgroup.Attach(RuncProgram.Instructions, flags);
        var before = Child.Ask();

        var undo = Allow(TestDevice.Node(122, 0), TestDevice.Node(511, 1048575));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(Cgroup.Programs, Has.Length.EqualTo(1).And.Not.Contain(id));
            Assert.That(Cgroup.AttachFlags, Is.EqualTo(flags));
            Assert.That(Child.Ask(), Is.EqualTo(TestDevice.WithAllowed(before, [TestDevice.Node(122, 0), TestDevice.Node(511, 1048575)])));
        }

        Assert.That(undo.TakeBack(), Is.Empty);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Cgroup.Programs, Is.EqualTo([id]));
            Assert.That(Cgroup.AttachFlags, Is.EqualTo(flags));
            Assert.That(Child.Ask(), Is.EqualTo(before));
        }
    }

    [Test]
    public void The_same_nodes_again_change_nothing_and_leave_nothing_to_take_back()
    {
        Cgroup.Attach(RuncProgram.Instructions, BpfAttachFlags.AllowMultiple);
        Allow(TestDevice.Node(122, 0));
        var programs = Cgroup.Programs;

        var undo = Allow(TestDevice.Node(122, 0));

        Assert.That(Cgroup.Programs, Is.EqualTo(programs));
        undo.TakeBack();
        Assert.That(Cgroup.Programs, Is.EqualTo(programs));
        Assert.That(Child.Ask(), Does.Contain("c 122:0 rw allow"));
    }

    [Test]
    public void What_is_given_later_is_taken_back_first()
    {
        var id = Cgroup.Attach(RuncProgram.Instructions, BpfAttachFlags.AllowMultiple);
        var undo = Allow(TestDevice.Node(122, 0));
        Rules.Allow([TestDevice.Node(122, 1)], undo);
        Assert.That(Child.Ask(), Does.Contain("c 122:0 rw allow").And.Contain("c 122:1 rw allow"));

        Assert.That(undo.TakeBack(), Is.Empty);
        Assert.That(Cgroup.Programs, Is.EqualTo([id]));
    }

    [Test]
    public void Where_no_program_denies_a_device_there_is_nothing_to_do()
    {
        var undo = Allow(TestDevice.Node(122, 0));

        Assert.That(Cgroup.Programs, Is.Empty);
        Assert.That(undo.TakeBack(), Is.Empty);
        Assert.That(Cgroup.Programs, Is.Empty);
    }

    [Test]
    public void No_nodes_are_no_change()
    {
        var id = Cgroup.Attach(ExistingPrograms.DenyAll, BpfAttachFlags.AllowMultiple);

        Allow();

        Assert.That(Cgroup.Programs, Is.EqualTo([id]));
    }

    [Test]
    public void A_process_that_has_ended_is_told_as_such()
    {
        using var process = ContainerProcess.Open(Child.Pid);
        Child.Dispose();

        Assert.That(Refusal.Of(ErrorCode.ContainerProcessMissing, () => DeviceCgroup.Of(process)?.Dispose()), Does.Contain($"{process.Pid}"));
    }

    [Test]
    public void The_rules_of_the_hooks_own_cgroup_are_not_the_containers()
    {
        using var container = Mounts.OtherNamespace.Start();

        Assert.That(DeviceCgroup.Of(container.Container), Is.Null);
    }

    // Whatever an engine may name it: /proc/PID/cgroup has colons between its fields, mountinfo spaces.
    private protected override TestCgroup MakeCgroup() => TestCgroup.OfVersion2(" a:b");
}

using GpuRuntime.Core.Inventory;
using GpuRuntime.Linux.Cgroups;
using GpuRuntime.Linux.Interop;

namespace GpuRuntime.Linux.Tests.Cgroups;

/// <summary>What a process in a cgroup may do with devices, before and after its program is extended by ours.</summary>
public sealed class DeviceProgramTests : DeviceCgroupFixture
{
    private const string OneNode = "one node";
    private const string SeveralMinors = "several minors of one major";
    private const string SeveralMajors = "several majors";
    private const string TheSameTwice = "the same node twice";
    private const string LargeNumbers = "numbers beyond 255";

    private static IEnumerable<string> NodeSets => [OneNode, SeveralMinors, SeveralMajors, TheSameTwice, LargeNumbers];

    [Test]
    public void The_given_nodes_can_be_read_and_written_and_everything_else_stays_as_it_was(
        [ValueSource(typeof(ExistingPrograms), nameof(ExistingPrograms.Names))] string existing, [ValueSource(nameof(NodeSets))] string given)
    {
        var nodes = Nodes(given);
        Cgroup.Attach(ExistingPrograms.Named(existing), BpfAttachFlags.AllowMultiple);
        var before = Child.Ask();

        Replace(DeviceProgram.Allowing(nodes, ExistingPrograms.Named(existing)));
        var after = Child.Ask();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(nodes, Is.SubsetOf(TestDevice.All.Select(device => TestDevice.Node(device.Major, device.Minor))));
            Assert.That(before, Has.Length.EqualTo(4 * TestDevice.All.Length));
            Assert.That(after, Is.EqualTo(TestDevice.WithAllowed(before, nodes)));
        }
    }

    [Test]
    public void A_container_of_runcs_gets_two_nodes_and_nothing_beside_them()
    {
        Cgroup.Attach(RuncProgram.Instructions, BpfAttachFlags.AllowMultiple);
        Replace(DeviceProgram.Allowing([TestDevice.Node(122, 1), TestDevice.Node(511, 1048575)], RuncProgram.Instructions));

        var opened = Child.Ask().Where(answer => answer.EndsWith(" rw allow", StringComparison.Ordinal));
        Assert.That(opened, Is.EqualTo(["c 122:1 rw allow", "c 511:1048575 rw allow", "c 1:3 rw allow", "c 1:5 rw allow", "c 5:0 rw allow"]));
    }

    [Test]
    public void A_program_that_denies_everything_gives_way_for_three_answers_of_one_node()
    {
        Cgroup.Attach(ExistingPrograms.DenyAll, BpfAttachFlags.AllowMultiple);
        Replace(DeviceProgram.Allowing([TestDevice.Node(122, 256)], ExistingPrograms.DenyAll));

        var allowed = Child.Ask().Where(answer => !answer.EndsWith(" deny", StringComparison.Ordinal));
        Assert.That(allowed, Is.EqualTo(["c 122:256 r allow", "c 122:256 w allow", "c 122:256 rw allow"]));
    }

    [Test]
    public void The_kernel_shows_a_program_as_it_was_loaded([ValueSource(typeof(ExistingPrograms), nameof(ExistingPrograms.Names))] string name)
    {
        var allowing = DeviceProgram.Allowing([TestDevice.Node(122, 0), TestDevice.Node(511, 1048575)], ExistingPrograms.Named(name));
        using var loaded = ExistingPrograms.Load(allowing);

        var shown = Libc.DeviceProgramInstructions(loaded).Select(BpfInstruction.Of).ToList();
        Assert.That(shown, Is.EqualTo(allowing));
        Assert.That(DeviceProgram.Obstacle(shown), Is.Null);
    }

    private static DeviceNode[] Nodes(string set) => set switch
    {
        OneNode => [TestDevice.Node(122, 0)],
        SeveralMinors => [TestDevice.Node(122, 0), TestDevice.Node(122, 2), TestDevice.Node(122, 255)],
        SeveralMajors => [TestDevice.Node(122, 0), TestDevice.Node(511, 255), TestDevice.Node(123, 1), TestDevice.Node(122, 1)],
        TheSameTwice => [TestDevice.Node(122, 1), TestDevice.Node(122, 1)],
        LargeNumbers => [TestDevice.Node(511, 1048575), TestDevice.Node(122, 300)],
        _ => throw new ArgumentOutOfRangeException(nameof(set), set, null),
    };

    private void Replace(IReadOnlyList<BpfInstruction> program)
    {
        using var cgroup = Cgroup.Open();
        using var old = Libc.OpenDeviceProgram(Cgroup.Programs.Single());
        using var replacement = ExistingPrograms.Load(program);
        Libc.ReplaceDeviceProgram(cgroup, old, replacement, BpfAttachFlags.AllowMultiple);
    }

    private protected override TestCgroup MakeCgroup() => TestCgroup.OfVersion2();
}

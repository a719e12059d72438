using GpuRuntime.Core.Errors;
using GpuRuntime.Linux.Paths;

namespace GpuRuntime.Linux.Tests.Cgroups;

/// <summary>A process in a cgroup of version 1 gets nodes, and loses them again.</summary>
public sealed class DeviceCgroupV1Tests : DeviceCgroupFixture
{
    private const string List = "devices.list";
    private const string NullOnly = "c 1:3 rwm\n";

    [Test]
    public void The_given_nodes_open_until_they_are_taken_back_and_everything_else_stays_as_it_was()
    {
        var before = Child.Ask();
        Assert.That(
            before.Where(answer => answer.EndsWith(" allow", StringComparison.Ordinal)),
            Is.EqualTo(["c 1:3 r allow", "c 1:3 w allow", "c 1:3 rw allow", "c 1:3 m allow"]));

        var undo = Allow(TestDevice.Node(122, 0), TestDevice.Node(511, 1048575), TestDevice.Node(122, 0));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(Cgroup.Read(List), Is.EqualTo(NullOnly + "c 122:0 rw\nc 511:1048575 rw\n"));
            Assert.That(Child.Ask(), Is.EqualTo(TestDevice.WithAllowed(before, [TestDevice.Node(122, 0), TestDevice.Node(511, 1048575)])));
        }

        Assert.That(undo.TakeBack(), Is.Empty);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Cgroup.Read(List), Is.EqualTo(NullOnly));
            Assert.That(Child.Ask(), Is.EqualTo(before));
        }
    }

    [TestCase("c 122:0 rw")]
    [TestCase("c 122:0 rwm")]
    [TestCase("c 122:* rwm")]
    [TestCase("c *:0 rw")]
    public void A_rule_that_is_there_is_neither_written_nor_taken_back(string rule)
    {
        Cgroup.Write("devices.allow", rule);
        var before = Cgroup.Read(List);

        var undo = Allow(TestDevice.Node(122, 0));

        Assert.That(Cgroup.Read(List), Is.EqualTo(before));
        Assert.That(undo.TakeBack(), Is.Empty);
        Assert.That(Cgroup.Read(List), Is.EqualTo(before));
        Assert.That(Child.Ask(), Does.Contain("c 122:0 rw allow"));
    }

    [TestCase("c 122:0 r")]
    [TestCase("c 122:0 w")]
    [TestCase("c 122:0 m")]
    [TestCase("c 122:* r")]
    [TestCase("c 122:* m")]
    [TestCase("b 122:0 rwm")]
    [TestCase("c 122:1 rwm")]
    [TestCase("c 12:0 rwm")]
    public void A_rule_that_allows_less_or_another_device_is_there_again_afterwards(string rule)
    {
        Cgroup.Write("devices.allow", rule);
        var before = Cgroup.Read(List);

        var undo = Allow(TestDevice.Node(122, 0));

        Assert.That(Child.Ask(), Does.Contain("c 122:0 rw allow"));
        Assert.That(undo.TakeBack(), Is.Empty);
        Assert.That(Cgroup.Read(List), Is.EqualTo(before));
    }

    [TestCase("c 122:0 rwm")]
    [TestCase("c 122:0 r")]
    [TestCase("c 122:1 rwm")]
    public void A_cgroup_that_allows_all_but_some_devices_allows_the_given_one_too(string denied)
    {
        Cgroup.Write("devices.allow", "a");
        Cgroup.Write("devices.deny", denied);
        var expected = TestDevice.WithAllowed(Child.Ask(), [TestDevice.Node(122, 0)]);

        var undo = Allow(TestDevice.Node(122, 0));

        Assert.That(Child.Ask(), Is.EqualTo(expected));
        Assert.That(undo.TakeBack(), Is.Empty);
        Assert.That(Child.Ask(), Is.EqualTo(expected), "what was not denied before must not be denied afterwards");
        Assert.That(Cgroup.Read(List), Is.EqualTo("a *:* rwm\n"));
    }

    [Test]
    public void What_the_cgroup_above_denies_is_refused_and_what_came_before_can_be_taken_back()
    {
        Cgroup.Above!.Write("devices.deny", "c 122:1 rwm");
        var undo = new UndoLog();

        var sentence = Refusal.Of(ErrorCode.DeviceCgroupUnchangeable, () => Rules.Allow([TestDevice.Node(122, 0), TestDevice.Node(122, 1)], undo));

        Assert.That(sentence, Does.Contain($"The device rules of {Cgroup.Path} cannot be changed: write {Cgroup.Path}/devices.allow (c 122:1 rw): "));
        Assert.That(sentence, Does.Contain("operation not permitted (EPERM)."));
        Assert.That(sentence, Does.EndWith(" A cgroup can only allow what the cgroup above it allows."));
        Assert.That(undo.TakeBack(), Is.Empty);
        Assert.That(Cgroup.Read(List), Is.EqualTo(NullOnly));
    }

    [Test]
    public void No_nodes_are_no_change()
    {
        Assert.That(Allow().TakeBack(), Is.Empty);
        Assert.That(Cgroup.Read(List), Is.EqualTo(NullOnly));
    }

    // Below another one, which allows everything that a test does not deny.
    private protected override TestCgroup MakeCgroup()
    {
        var cgroup = TestCgroup.OfVersion1().Below("container");
        cgroup.Write("devices.deny", "a");
        cgroup.Write("devices.allow", "c 1:3 rwm");
        return cgroup;
    }
}

using GpuRuntime.Linux.Interop;

namespace GpuRuntime.Linux.Tests.Cgroups;

/// <summary>While programs are replaced the container goes on: at no moment it gets more, or less, than one of them gives.</summary>
public sealed class DeviceCgroupWindowTests : DeviceCgroupFixture
{
    private const int Replacements = 500;
    private const int LeastRounds = 500;

    [TestCase(nameof(BpfAttachFlags.AllowMultiple))]
    [TestCase(nameof(BpfAttachFlags.AllowOverride))]
    [TestCase(nameof(BpfAttachFlags.None))]
    public void What_was_allowed_opens_and_what_was_denied_does_not_at_every_moment(string attachFlags)
    {
        var flags = Enum.Parse<BpfAttachFlags>(attachFlags);
        var id = Cgroup.Attach(RuncProgram.Instructions, flags);

        var (rounds, wrong) = Child.LoopWhile(TestDevice.Null, new TestDevice('c', 122, 1), () =>
        {
            for (var replacement = 0; replacement < Replacements; replacement++)
                Assert.That(Allow(TestDevice.Node(122, 0)).TakeBack(), Is.Empty);
        });

        using (Assert.EnterMultipleScope())
        {
            Assert.That(wrong, Is.Zero);
            Assert.That(rounds, Is.GreaterThan(LeastRounds));
            Assert.That(Cgroup.Programs, Is.EqualTo([id]));
        }

        TestContext.Out.WriteLine($"{rounds} rounds during {Replacements} replacements");
    }

    private protected override TestCgroup MakeCgroup() => TestCgroup.OfVersion2();
}

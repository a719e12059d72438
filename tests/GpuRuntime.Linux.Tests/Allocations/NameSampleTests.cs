using System.Text;
using GpuRuntime.Linux.Allocations;

namespace GpuRuntime.Linux.Tests.Allocations;

public sealed class NameSampleTests
{
    [TestCase(0, 0)]
    [TestCase(1, 1)]
    [TestCase(4, 4)]
    [TestCase(1000, 4)]
    public void As_many_are_kept_as_there_are_and_no_more_than_the_most(int offered, int kept)
    {
        var names = Sample(4, 7, offered);

        Assert.That(names, Has.Count.EqualTo(kept).And.Unique);
        Assert.That(names, Is.SubsetOf(Enumerable.Range(0, offered).Select(Name)));
    }

    [Test]
    public void Over_many_turns_every_name_is_taken()
    {
        var taken = new HashSet<string>();
        for (var turn = 0; turn < 2000; turn++)
            taken.UnionWith(Sample(4, turn, 200));

        Assert.That(taken, Has.Count.EqualTo(200));
    }

    private static IReadOnlyList<string> Sample(int most, int turn, int offered)
    {
        var sample = new NameSample(most, turn);
        for (var index = 0; index < offered; index++)
            sample.Offer("n", Encoding.ASCII.GetBytes($"{index}"));
        return sample.Names;
    }

    private static string Name(int index) => $"n{index}";
}

using GpuRuntime.Fuzz.Tests.Contract;

namespace GpuRuntime.Fuzz.Tests.Replay;

/// <summary>The corpus holds what is refused as well as what is taken: a seed that is only refused leads a fuzzer nowhere.</summary>
public sealed class CorpusReplayTests
{
    // A file of a few hundred bytes is one that people can read.
    private const int LargestSeed = 4 << 10;

    private static IEnumerable<TestCaseData> Targets => FuzzTargets.All.Select(target => new TestCaseData(target).SetArgDisplayNames(target.Name));

    [TestCaseSource(nameof(Targets))]
    public void Every_input_of_the_corpus_keeps_the_contract(object reader)
    {
        var target = (FuzzTarget)reader;
        var files = Corpus.Of(target.Name);

        Assert.That(files, Is.Not.Empty);
        using (Assert.EnterMultipleScope())
        {
            foreach (var file in files)
                Assert.That(() => ReaderContract.Hold(target, File.ReadAllBytes(file)), Throws.Nothing, file);
        }
    }

    [TestCaseSource(nameof(Targets))]
    public void Some_input_of_the_corpus_is_taken(object reader)
    {
        var target = (FuzzTarget)reader;

        Assert.That(Corpus.Of(target.Name).Select(file => ReaderContract.Hold(target, File.ReadAllBytes(file))), Has.Some.Null);
    }

    [Test]
    public void Every_directory_of_the_corpus_is_that_of_a_target() =>
        Assert.That(Corpus.Targets, Is.EquivalentTo(FuzzTargets.All.Append(FuzzTargets.Planted).Select(target => target.Name)));

    [Test]
    public void The_corpus_is_of_small_files() =>
        Assert.That(Corpus.Targets.SelectMany(Corpus.Of).Where(file => new FileInfo(file).Length > LargestSeed), Is.Empty);
}

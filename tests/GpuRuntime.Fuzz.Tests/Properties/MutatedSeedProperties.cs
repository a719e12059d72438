using FsCheck;
using FsCheck.Fluent;
using GpuRuntime.Fuzz.Tests.Contract;
using GpuRuntime.Fuzz.Tests.Replay;

namespace GpuRuntime.Fuzz.Tests.Properties;

/// <summary>Whatever becomes of a seed, its reader keeps the contract.</summary>
public sealed class MutatedSeedProperties
{
    private const int Cases = 1500;

    private static IEnumerable<TestCaseData> Targets => FuzzTargets.All.Select(target => new TestCaseData(target).SetArgDisplayNames(target.Name));

    [TestCaseSource(nameof(Targets))]
    public void A_seed_that_is_changed_keeps_the_contract(object reader)
    {
        var target = (FuzzTarget)reader;
        List<byte[]> seeds = [.. Corpus.Of(target.Name).Select(File.ReadAllBytes)];

        Prop.ForAll(Mutation.Of(seeds).ToArbitrary(), input => { _ = ReaderContract.Hold(target, input); }).Check(Seed.Of(Cases));
    }

    [TestCaseSource(nameof(Targets))]
    public void Bytes_of_no_sense_keep_the_contract(object reader)
    {
        var target = (FuzzTarget)reader;

        Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), input => { _ = ReaderContract.Hold(target, input); }).Check(Seed.Of(Cases / 5));
    }
}

using FsCheck;
using FsCheck.Fluent;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Core.Monitoring.Health;
using GpuRuntime.Core.Monitoring.Samples;

namespace GpuRuntime.Core.Tests.Monitoring.Health;

/// <summary>What holds of the judgement whatever a GPU tells.</summary>
public sealed class HealthProperties
{
    private static readonly Config Thorough = Config.QuickThrowOnFailure.WithMaxTest(1000);

    private static Gen<GpuSample> Samples =>
        from xid in Gen.Elements(13, 48, 63, 79, 94)
        from count in Gen.Choose(0, 3)
        from errors in Gen.Choose(0, 3)
        from celsius in Gen.Choose(80, 110)
        from resets in Gen.Elements<long?>(null, 0, 1, 2)
        from fault in Gen.Elements<GpuFault?>(null, null, null, GpuFault.Lost, GpuFault.Wedged)
        from failed in Gen.Elements<bool?>(null, false, true)
        from isSilent in Gen.Elements(false, false, true)
        let gpu = new Gpu { Vendor = GpuVendor.Nvidia, Index = 0, PciAddress = PciAddress.Parse("0000:03:00.0")!.Value }
        select isSilent
            ? new GpuSample(gpu) { Problem = "it does not answer", Fault = fault }
            : new GpuSample(gpu)
            {
                PowerWatts = 1,
                Xids = new XidErrors(xid, new Dictionary<int, long> { [xid] = count }),
                Errors = [new ErrorCount("memory", ErrorKind.Uncorrected, errors)],
                Temperatures = [new Temperature("gpu", celsius, 100)],
                Repairs = new MemoryRepairs { HasRemappingFailed = failed },
                Resets = resets,
                Fault = fault,
            };

    private static Arbitrary<(GpuSample Sample, bool IsPresent, int Seconds)[]> Histories =>
        (from sample in Samples
         from isPresent in Gen.Elements(true, true, true, false)
         from seconds in Gen.Choose(0, 40)
         select (sample, isPresent, seconds)).ArrayOf().ToArbitrary();

    [Test]
    public void Reasons_have_each_code_once_and_say_something() =>
        Prop.ForAll(Histories, history => Judged(history).All(health =>
            health.Reasons.Select(reason => reason.Code).Distinct().Count() == health.Reasons.Length
            && health.Reasons.All(reason => reason is { Seen.Length: > 0, Cure.Length: > 0 } && char.IsAsciiLetterUpper(reason.Sentence[0]) && reason.Sentence.EndsWith('.'))
            && health.IsHealthy == health.Reasons.IsEmpty)).Check(Thorough);

    [Test]
    public void The_same_history_is_judged_the_same() =>
        Prop.ForAll(Histories, history => Judged(history).Zip(Judged(history)).All(pair => pair.First.Reasons.SequenceEqual(pair.Second.Reasons))).Check(Thorough);

    [Test]
    public void One_that_is_gone_is_lost_and_one_that_came_back_well_is_healthy() =>
        Prop.ForAll(Histories, history =>
        {
            var well = new JudgedPasses().Well;
            var judged = Judged([.. history, (well, false, 1), (well, true, 60), (well, true, 60), (well, true, 60)]).ToList();
            return judged[^4].Reasons.Single().Code == "lost" && judged[^1].IsHealthy;
        }).Check(Thorough);

    [Test]
    public void What_is_written_for_check_is_read_as_it_was() =>
        Prop.ForAll(Histories, history =>
        {
            var sample = new HostSample(DateTimeOffset.UnixEpoch) { Gpus = [.. history.Zip(Judged(history), (pass, health) => pass.Sample with { Health = health })] };
            var state = HealthState.Of(sample);
            var read = HealthState.Parse(System.Text.Encoding.UTF8.GetBytes(state.Format()));
            return read!.Gpus!.Value.Length == state.Gpus!.Value.Length
                && read.Gpus.Value.Zip(state.Gpus.Value).All(pair => pair.First.Id == pair.Second.Id && pair.First.Reasons.SequenceEqual(pair.Second.Reasons));
        }).Check(Thorough);

    [Test]
    public void No_text_throws() =>
        Prop.ForAll(ArbMap.Default.ArbFor<string>(), text => HealthState.Parse(System.Text.Encoding.UTF8.GetBytes(text ?? "")) is null or { Gpus: null }).Check(Thorough);

    [TestCase("{}", false)]
    [TestCase("""{"gpus":[]}""", false)]
    [TestCase("""{"gpus":{}}""", true)]
    [TestCase("""{"gpus":[{"id":"amd:0"}]}""", true)]
    [TestCase("""{"gpus":[{"id":null,"reasons":[]}]}""", true)]
    [TestCase("""{"gpus":[{"id":"amd:0","reasons":[{"code":"xid","seen":"x"}]}]}""", true)]
    [TestCase("""["gpus"]""", true)]
    [TestCase("", true)]
    public void What_no_agent_has_written_is_nothing(string text, bool isNothing) => Assert.That(HealthState.Parse(System.Text.Encoding.UTF8.GetBytes(text)) is null, Is.EqualTo(isNothing));

    private static IEnumerable<GpuHealth> Judged(IEnumerable<(GpuSample Sample, bool IsPresent, int Seconds)> history)
    {
        var judge = new GpuHealthJudge(new HashSet<int>());
        var now = TimeSpan.Zero;
        foreach (var (sample, isPresent, seconds) in history)
        {
            now += TimeSpan.FromSeconds(seconds);
            yield return judge.Judge(sample, isPresent, now);
        }
    }
}

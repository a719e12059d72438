using GpuRuntime.Core.Errors;
using GpuRuntime.Core.Requests;

namespace GpuRuntime.Core.Tests.Requests;

/// <summary>A request that cannot be meant fails with a sentence that names where it was read, what is wrong, and what to write.</summary>
public sealed class BadRequestTests
{
    private const string Source = "annotation gpu-runtime.io/gpus";

    [TestCase("0", "none", "device=0")]
    [TestCase("device=x", "\"x\"", "index (0)")]
    [TestCase("device=-1", "\"-1\"", "range (0-3)")]
    [TestCase("device=3-0", "\"3-0\"", "range (0-3)")]
    [TestCase("device=10000", "\"10000\"", "index (0)")]
    [TestCase("device=99999999999999999999", "99999999999999999999", "index (0)")]
    [TestCase("device=0-10000", "\"0-10000\"", "range (0-3)")]
    [TestCase("device=GPU-", "\"GPU-\"", "UUID (GPU-...)")]
    [TestCase("device=GPU-xyz", "\"GPU-xyz\"", "UUID (GPU-...)")]
    [TestCase("device=0000:3b:00.8", "0000:3b:00.8", "PCI address (0000:3b:00.0)")]
    [TestCase("device=../../etc", "../../etc", "vendor:index (amd:0)")]
    [TestCase("device=a/b", "\"a/b\"", "vendor:index (amd:0)")]
    [TestCase("device=%2e%2e", "%2e%2e", "vendor:index (amd:0)")]
    [TestCase("device=matrox:0", "matrox:0", "vendor:index (amd:0)")]
    [TestCase("device=amd:", "amd:", "vendor:index (amd:0)")]
    [TestCase("device=\u0661", "\u0661", "index (0)")]
    [TestCase("device=\uff10", "\uff10", "index (0)")]
    [TestCase("device=0\u00002", "?", "index (0)")]
    [TestCase("gpus=0", "unknown key", "capabilities")]
    [TestCase("device", "\"device\"", "index (0)")]
    [TestCase("device=", "no value", "\"device\"")]
    [TestCase("count=", "no value", "\"count\"")]
    [TestCase("device=0,device=1", "twice", "\"device\"")]
    [TestCase("memory=1g,memory:2g", "twice", "\"memory\"")]
    [TestCase("gpus=all", "unknown key \"gpus\"", "device, driver, count")]
    [TestCase("=1", "unknown key", "device, driver, count")]
    [TestCase("driver=matrox", "unknown driver \"matrox\"", "nvidia, amd, intel or any")]
    [TestCase("count=many", "\"many\"", "a number or all")]
    [TestCase("count=-2", "\"-2\"", "a number or all")]
    [TestCase("count=1.5", "\"1.5\"", "a number or all")]
    [TestCase("count=10000", "\"10000\"", "a number or all")]
    [TestCase("memory=lots", "\"lots\"", "2GB, 2GiB or 2g")]
    [TestCase("memory=0", "\"0\"", "2GB, 2GiB or 2g")]
    [TestCase("memory=-1g", "\"-1g\"", "2GB, 2GiB or 2g")]
    [TestCase("compute=0%", "\"0%\"", "1% to 100%")]
    [TestCase("compute=101%", "\"101%\"", "1% to 100%")]
    [TestCase("compute=half", "\"half\"", "1% to 100%")]
    [TestCase("mode=mine", "\"mine\"", "shared or exclusive")]
    [TestCase("options=fast", "\"fast\"", "options=key=value")]
    [TestCase("\"device=0", "double quote", "not closed")]
    public void A_sentence_names_the_source_the_problem_and_the_cure(string request, string problem, string cure)
    {
        var sentence = Refused(request);

        Assert.That(sentence, Does.Contain(Source).And.Contain(problem).And.Contain(cure));
    }

    [TestCase("all,none", "both all and none")]
    [TestCase("none,all", "both none and all")]
    [TestCase("all,0", "says all")]
    [TestCase("none,device=0", "says none")]
    [TestCase("all,count=2", "says all")]
    [TestCase("none,count=2", "says none")]
    [TestCase("none,count=all", "none")]
    [TestCase("device=0,count=2", "both a count and devices")]
    [TestCase("device=0,count=all", "both a count and devices")]
    [TestCase("2,count=3", "count")]
    [TestCase("2,count=all", "count")]
    [TestCase("driver=amd,device=nvidia:0", "asks for driver amd but names \"nvidia:0\"")]
    public void Contradictions_are_refused_and_never_settled_in_silence(string request, string problem) => Assert.That(Refused(request), Does.Contain(problem));

    [Test]
    public void Terminal_escapes_and_newlines_of_a_request_do_not_reach_the_screen() =>
        Assert.That(Refused("device=\u001b[31mred\n0"), Does.Not.Contain("\u001b").And.Not.Contain("\n"));

    [TestCase("device=")]
    [TestCase("")]
    [TestCase("count=")]
    [TestCase("capabilities=")]
    [TestCase("options=a=")]
    public void A_value_of_a_megabyte_is_refused_in_a_short_sentence(string start) => Assert.That(Refused(start + new string('x', 1 << 20) + "!,?"), Has.Length.LessThan(800));

    [TestCase("device=", "0,")]
    [TestCase("", "a b,")]
    [TestCase("device=GPU-8f2c,", "9999,")]
    public void A_megabyte_of_items_does_not_hold_up_a_start(string start, string item)
    {
        var text = start + string.Concat(Enumerable.Repeat(item, (1 << 20) / item.Length));

        Quickly(() => RequestGrammar.Parse(text, Source));
    }

    [Test]
    public void A_megabyte_of_different_capabilities_does_not_hold_up_a_start()
    {
        var text = "capabilities=" + string.Join(',', Enumerable.Range(0, 150_000).Select(number => $"c{number:x}"));

        Quickly(() => RequestGrammar.Parse(text, Source));
    }

    private static void Quickly(Action action)
    {
        var clock = System.Diagnostics.Stopwatch.StartNew();
        try
        {
            action();
        }
        catch (GpuRuntimeException)
        {
            // Refusing is as good as reading.
        }

        Assert.That(clock.Elapsed, Is.LessThan(TimeSpan.FromSeconds(2)));
    }

    private static string Refused(string request) => Refusal.Of(ErrorCode.RequestInvalid, () => RequestGrammar.Parse(request, Source));
}

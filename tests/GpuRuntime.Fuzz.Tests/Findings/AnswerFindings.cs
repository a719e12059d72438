using System.Text;
using GpuRuntime.Agent.Top.Sources;

namespace GpuRuntime.Fuzz.Tests.Findings;

/// <summary>What fuzzing has found in what <c>top</c> takes from something that may be no agent.</summary>
public sealed class AnswerFindings
{
    private const string Gpu = """{"time":"2026-01-31T12:00:00Z","gpus":[{"id":"nvidia:0","vendor":"nvidia","index":0,"pciAddress":"0000:3b:00.0",MEMBER}]}""";

    [TestCase("""
        "xids":{"last":31,"counts":{"31":1,"031":2}}
        """, "an XID is counted twice")]
    [TestCase("""
        "powerWatts":1e999
        """, "powerWatts is not what it should be")]
    public void An_answer_with_what_no_agent_writes_is_not_understood(string member, string problem) =>
        Assert.That(() => SampleReader.Read(Encoding.UTF8.GetBytes(Gpu.Replace("MEMBER", member, StringComparison.Ordinal))), Throws.TypeOf<FormatException>().With.Message.EqualTo(problem));

    [Test]
    public void An_answer_that_is_no_JSON_is_not_quoted() =>
        Assert.That(
            () => SampleReader.Read(Encoding.UTF8.GetBytes($"{{\"time\":{new string('n', 5000)}}}")),
            Throws.TypeOf<FormatException>().With.Message.EqualTo("it is no JSON: it breaks off or goes wrong at line 1, byte 9"));

    [Test]
    public void A_past_with_a_point_that_no_number_holds_is_not_understood() =>
        Assert.That(
            () => PastReader.Read("""{"periodSeconds":5,"gpus":[{"id":"amd:0","utilizationRatio":[1e999],"memoryUsedBytes":[1]}]}"""u8.ToArray()),
            Throws.TypeOf<FormatException>().With.Message.EqualTo("a point is no number"));
}

using System.Text.Json.Nodes;
using GpuRuntime.TestHosts;

namespace GpuRuntime.EndToEnd.Tests.Kubernetes;

/// <summary>What a kubelet should not ask is refused with a status and one sentence, and costs nobody anything.</summary>
public sealed class BadCallRows : PluginFixture
{
    // "PRI * HTTP/2.0", without its end.
    private const string HalfPreface = "505249202a20485454502f322e300d0a0d0a";

    [SetUp]
    public async Task StartAsync()
    {
        await PrepareAsync(ReadyHosts.Mi210Pair);
        await StartAgentAsync();
        await Kubelet.ListAsync(AmdGpu);
    }

    [TestCase("NOT_FOUND", "0000:99:00.0", Description = "there is no such device")]
    [TestCase("NOT_FOUND", "../../etc/passwd", Description = "a path")]
    [TestCase("INVALID_ARGUMENT", Description = "no device at all")]
    [TestCase("INVALID_ARGUMENT", "0000:43:00.0", "0000:43:00.0", Description = "one device twice")]
    public async Task An_allocation_that_cannot_be_is_refused_in_one_sentence_and_the_next_one_is_served(string status, params string[] ids)
    {
        var answer = await Kubelet.CallAsync(AmdGpu, "Allocate", FakeKubelet.Requests(new JsonObject { ["devices_ids"] = FakeKubelet.Array(ids) }));

        AssertRefused(answer, status);
        await AssertServesAsync();
    }

    [TestCase("INVALID_ARGUMENT", 3, "0000:43:00.0 0000:c3:00.0", "", Description = "more than there are")]
    [TestCase("INVALID_ARGUMENT", -1, "0000:43:00.0 0000:c3:00.0", "", Description = "a negative number")]
    [TestCase("INVALID_ARGUMENT", 1, "0000:43:00.0 0000:c3:00.0", "0000:43:00.0 0000:c3:00.0", Description = "fewer than there must be")]
    [TestCase("INVALID_ARGUMENT", 1, "0000:43:00.0", "0000:c3:00.0", Description = "one that is not available")]
    [TestCase("NOT_FOUND", 1, "0000:99:00.0", "", Description = "there is no such device")]
    public async Task A_preference_that_cannot_be_is_refused_in_one_sentence_and_the_next_call_is_served(string status, int count, string available, string wanted)
    {
        var request = new JsonObject { ["available_deviceIDs"] = Words(available), ["must_include_deviceIDs"] = Words(wanted), ["allocation_size"] = count };

        AssertRefused(await Kubelet.CallAsync(AmdGpu, "GetPreferredAllocation", FakeKubelet.Requests(request)), status);
        await AssertServesAsync();
    }

    [TestCase("ff", Description = "no tag")]
    [TestCase("0a7f00", Description = "it ends too early")]
    [TestCase("0a0e0a0c30303030fffffffffefefefe", Description = "text that is no UTF-8")]
    public async Task Bytes_that_are_no_message_are_refused_and_the_next_call_is_served(string hexadecimal)
    {
        var answer = await Kubelet.CallRawAsync(AmdGpu, "Allocate", hexadecimal);

        Assert.That((string?)answer["status"], Is.Not.Null, answer.ToJsonString());
        await AssertServesAsync();
    }

    [Test]
    public async Task A_message_of_many_megabytes_is_refused_and_the_next_call_is_served()
    {
        var answer = await Kubelet.CallAsync(AmdGpu, "Allocate", FakeKubelet.Requests(new JsonObject { ["devices_ids"] = FakeKubelet.Array([new string('x', 20 << 20)]) }));

        Assert.That((string?)answer["status"], Is.Not.Null);
        await AssertServesAsync();
    }

    [Test]
    public async Task Callers_who_begin_and_do_not_go_on_keep_nobody_waiting()
    {
        await Kubelet.HoldAsync(AmdGpu, 100, HalfPreface);
        await Kubelet.HoldAsync(AmdGpu, 100, "00");

        await AssertServesAsync();
    }

    private async Task AssertServesAsync() => Assert.That((await Kubelet.AllocateAsync(AmdGpu, "0000:c3:00.0"))["cdi_devices"]![0]!["name"]!.ToString(), Is.EqualTo("amd.com/gpu=0000:c3:00.0"));

    private static void AssertRefused(JsonNode answer, string status)
    {
        Assert.That((string?)answer["status"], Is.EqualTo(status), answer.ToJsonString());
        Assert.That((string?)answer["details"], Is.Not.Empty.And.Not.Contain('\n').And.EndsWith("."));
    }

    private static JsonArray Words(string words) => FakeKubelet.Array(words.Split(' ', StringSplitOptions.RemoveEmptyEntries));
}

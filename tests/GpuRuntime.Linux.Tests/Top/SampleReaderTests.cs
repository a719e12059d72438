using System.Buffers;
using System.Text;
using System.Text.Json;
using GpuRuntime.Agent.Top.Sources;
using GpuRuntime.Core.Monitoring.Exposition;
using GpuRuntime.Core.Monitoring.Samples;

namespace GpuRuntime.Linux.Tests.Top;

public sealed class SampleReaderTests
{
    private const string Gpu = """{"vendor":"amd","index":0,"pciAddress":"0000:03:00.0"}""";

    [Test]
    public void What_is_written_is_read_with_nothing_lost()
    {
        var document = Write(TopSamples.Host);

        Assert.That(Write(SampleReader.Read(Encoding.UTF8.GetBytes(document))), Is.EqualTo(document));
    }

    [Test]
    public void A_duration_is_read_to_the_tick_that_was_written() =>
        Assert.That(Enumerable.Range(40_000, 1000).Where(ticks => Read($$"""{"time":"2026-01-01T00:00:00.000Z","gpus":[],"durationSeconds":{{TimeSpan.FromTicks(ticks).TotalSeconds:R}}}""").Duration.Ticks != ticks), Is.Empty);

    [Test]
    public void What_is_not_written_is_not_known()
    {
        var gpu = Read($$"""{"time":"2026-01-01T00:00:00.000Z","gpus":[{{Gpu}}]}""").Gpus.Single();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(gpu.Gpu.Id, Is.EqualTo("amd:0"));
            Assert.That((gpu.UtilizationRatio, gpu.MemoryTotalBytes, gpu.PowerWatts, gpu.Pcie, gpu.Xids, gpu.Resets, gpu.Problem), Is.EqualTo(default((double?, long?, double?, PcieLink?, XidErrors?, long?, string?))));
            Assert.That(gpu.Temperatures, Is.Empty);
            Assert.That(gpu.Health.IsHealthy);
        }
    }

    [Test]
    public void Members_of_a_newer_agent_are_passed_over() =>
        Assert.That(Read($$"""{"time":"2026-01-01T00:00:00.000Z","novel":[{}],"gpus":[{"novel":{"a":1},{{Gpu[1..]}}]}""").Gpus, Has.Length.EqualTo(1));

    [TestCase("", "no JSON")]
    [TestCase("<html>", "no JSON")]
    [TestCase("[]", "no object")]
    [TestCase("{}", "time is missing")]
    [TestCase("""{"time":"yesterday"}""", "time")]
    [TestCase("""{"time":"2026-01-01T00:00:00Z","gpus":{}}""", "gpus")]
    [TestCase("""{"time":"2026-01-01T00:00:00Z","gpus":[5]}""", "no object")]
    [TestCase("""{"time":"2026-01-01T00:00:00Z","gpus":[{"vendor":"acme","index":0,"pciAddress":"0000:03:00.0"}]}""", "vendor")]
    [TestCase("""{"time":"2026-01-01T00:00:00Z","gpus":[{"vendor":"amd","index":0.5,"pciAddress":"0000:03:00.0"}]}""", "index")]
    [TestCase("""{"time":"2026-01-01T00:00:00Z","gpus":[{"vendor":"amd","index":0,"pciAddress":"here"}]}""", "pciAddress")]
    [TestCase("""{"time":"2026-01-01T00:00:00Z","gpus":[{"vendor":"amd","index":0,"pciAddress":"0000:03:00.0","utilizationRatio":"half"}]}""", "utilizationRatio")]
    [TestCase("""{"time":"2026-01-01T00:00:00Z","gpus":[{"vendor":"amd","index":0,"pciAddress":"0000:03:00.0","memory":[]}]}""", "totalBytes")]
    [TestCase("""{"time":"2026-01-01T00:00:00Z","gpus":[{"vendor":"amd","index":0,"pciAddress":"0000:03:00.0","xids":{"counts":{"x":1}}}]}""", "XID")]
    [TestCase("""{"time":"2026-01-01T00:00:00Z","gpus":[{"vendor":"amd","index":0,"pciAddress":"0000:03:00.0","xids":{"counts":5}}]}""", "counts")]
    [TestCase("""{"time":"2026-01-01T00:00:00Z","durationSeconds":1e300}""", "durationSeconds")]
    [TestCase("""{"time":"2026-01-01T00:00:00Z","processes":[{"pid":99999999999,"startTime":1,"name":"x","unit":"amd:0"}]}""", "pid")]
    [TestCase("""{"time":"2026-01-01T00:00:00Z","containers":[{"id":"a","engine":"docker","units":[{"id":"x","gpu":"x"}]}]}""", "vendor")]
    [TestCase("""{"time":"2026-01-01T00:00:00Z","problems":[1]}""", "problems")]
    [TestCase("""{"time":"\ud800"}""", "")]
    public void What_is_no_such_document_is_told_and_nothing_else_is_thrown(string document, string said) =>
        Assert.That(Assert.Throws<FormatException>(() => Read(document))!.Message, Does.Contain(said));

    [Test]
    public void Documents_cut_or_changed_anywhere_throw_nothing_else()
    {
        var document = Encoding.UTF8.GetBytes(Write(TopSamples.Host));
        var random = new Random(815);
        for (var i = 0; i < 3000; i++)
        {
            var changed = i % 2 == 0 ? document[..random.Next(document.Length)] : [.. document];
            for (var change = 0; change < 3 && changed.Length > 0; change++)
                changed[random.Next(changed.Length)] = (byte)"0129{}[],:\"ntf-e.x\\"[random.Next(19)];
            try
            {
                SampleReader.Read(changed);
            }
            catch (FormatException)
            {
                // The documented one.
            }
        }
    }

    private static HostSample Read(string document) => SampleReader.Read(Encoding.UTF8.GetBytes(document));

    private static string Write(HostSample sample)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
            SampleJson.Write(json, sample);
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}

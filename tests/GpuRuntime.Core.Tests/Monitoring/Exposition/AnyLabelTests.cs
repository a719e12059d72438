using System.Buffers;
using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using GpuRuntime.Core.Allocation;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Core.Monitoring.Exposition;
using GpuRuntime.Core.Monitoring.Samples;
using UnitUse = GpuRuntime.Core.Monitoring.Samples.UnitUse;

namespace GpuRuntime.Core.Tests.Monitoring.Exposition;

/// <summary>Names are whoever's who makes an image, a pod or a process: whatever they are, a page stays a page, and says what they are.</summary>
public sealed class AnyLabelTests
{
    private const int LongestLabel = 256;

    private static readonly Arbitrary<string> Texts = Gen.OneOf(
        ArbMap.Default.GeneratorFor<string>().Select(text => text ?? ""),
        Gen.Elements(
            "a", "é", "\U0001F600", "\ud83d", "\ude00", "\"", "\\", "\n", "\r", "\0", "\u001b[31m", "\u007f", "\u0085", "\u2028", "\t", " ", "{", "}", ",", "=\"", "\\n", "\\\"", "# EOF\n", "# HELP a b\n", "} 1\n",
            "</script>", new string('n', 250)).ListOf().Select(string.Concat)).ToArbitrary();

    private static readonly string Usual = Page("usual", MetricFormat.Prometheus);

    [TestCase(MetricFormat.Prometheus)]
    [TestCase(MetricFormat.OpenMetrics)]
    public void Every_line_of_a_page_is_read_and_every_name_is_told(MetricFormat format) =>
        Prop.ForAll(Texts, text =>
        {
            var usual = PageSeries.OfPage(Usual, MetricFormat.Prometheus);
            var series = PageSeries.OfPage(Page(text, format), format);
            Assert.That(series.Select(Shape), Is.EqualTo(usual.Select(Shape)));
            Assert.That(series.Select(one => Values(one)), Is.EqualTo(usual.Select(one => Values(one).Select(value => value == "usual" ? Told(text) : value))));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(500));

    [Test]
    public void The_JSON_is_JSON_and_every_name_is_told() =>
        Prop.ForAll(Texts, text =>
        {
            var sample = Sample(text);
            var json = Json(sample);
            var (gpu, container, process) = (json["gpus"]![0]!, json["containers"]![0]!, json["processes"]![0]!);
            JsonNode?[] names =
            [
                json["problems"]![0], gpu["uuid"], gpu["name"], gpu["driver"], gpu["driverVersion"], gpu["problem"], gpu["engines"]![0]!["engine"], gpu["memoryPools"]![0]!["pool"], gpu["temperatures"]![0]!["sensor"],
                gpu["clocks"]![0]!["domain"], gpu["voltages"]![0]!["rail"], gpu["errors"]![0]!["location"], gpu["throttling"]![0]!["reason"], gpu["mig"]![0]!["uuid"], gpu["mig"]![0]!["profile"],
                gpu["health"]!["reasons"]![0]!["code"], gpu["health"]!["reasons"]![0]!["sentence"], container["id"], container["engine"], container["name"], container["pod"], container["namespace"], container["podUid"],
                container["podContainer"], process["name"], process["container"], process["engine"],
            ];
            Assert.That(names.Select(name => (string?)name), Has.All.EqualTo(Whole(text)));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(500));

    // What of a name stands in a label: not more than 256 units of UTF-16, no half of a character, and of control characters the line end alone.
    private static string Told(string text)
    {
        var told = new StringBuilder();
        var length = 0;
        foreach (var rune in Cut(text).EnumerateRunes())
        {
            length += rune.Utf16SequenceLength;
            told.Append(Rune.IsControl(rune) && rune.Value != '\n' ? "?" : rune.ToString());
        }

        Assert.That(length, Is.LessThanOrEqualTo(LongestLabel));
        return told.ToString();
    }

    private static string Cut(string text) => text.Length <= LongestLabel ? text : char.IsHighSurrogate(text[LongestLabel - 1]) ? text[..(LongestLabel - 1)] : text[..LongestLabel];

    private static string Whole(string text) => string.Concat(text.EnumerateRunes());

    private static string Shape(PageSeries series) => $"{series.Name}{{{string.Join(',', series.LabelNames)}}} {series.Value}";

    private static IEnumerable<string> Values(PageSeries series) => series.Labels.Select(label => label.Value);

    private static string Page(string text, MetricFormat format)
    {
        var output = new ArrayBufferWriter<byte>();
        MetricPage.Write(Sample(text), new MetricSubject(text, text), [.. Metrics.All, .. DcgmMetrics.All], format, output);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }

    private static JsonNode Json(HostSample sample)
    {
        var output = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(output))
            SampleJson.Write(json, sample);
        return JsonNode.Parse(output.WrittenSpan)!;
    }

    private static HostSample Sample(string text)
    {
        var gpu = new Gpu { Vendor = GpuVendor.Nvidia, Index = 0, PciAddress = new PciAddress(0, 3, 0, 0), Uuid = text, Name = text, Driver = text, DriverVersion = text };
        var container = new ContainerIdentity(text, text) { Name = text, Pod = text, PodNamespace = text, PodUid = text, PodContainer = text };
        return new HostSample(DateTimeOffset.UnixEpoch)
        {
            Problems = [text],
            Gpus =
            [
                new GpuSample(gpu)
                {
                    Engines = [new(text, 0.5)],
                    MemoryUsedBytes = 1,
                    MemoryPools = [new(text, 1, 1)],
                    Temperatures = [new(text, 1, 2)],
                    Clocks = [new(text, 1, 2)],
                    Voltages = [new(text, 1)],
                    Errors = [new(text, ErrorKind.Corrected, 1)],
                    Throttling = [new(text, true, 1)],
                    MigDevices = [new(new MigDevice(0, 1, 0) { Uuid = text, Profile = text }) { MemoryUsedBytes = 1 }],
                    Health = new GpuHealth([new HealthReason(text, text)]),
                    Problem = text,
                },
            ],
            Containers = ImmutableArray.Create(new ContainerUse(container, [new UnitUse("nvidia:0", GpuVendor.Nvidia, "nvidia:0") { MemoryUsedBytes = 1 }])),
            Processes = [new ProcessUse(new ProcessIdentity(7, 8), text, new GpuProcess(7, "nvidia:0")) { Container = container }],
        };
    }
}

using FsCheck;
using FsCheck.Fluent;
using GpuRuntime.Core.Monitoring;

namespace GpuRuntime.Core.Tests.Monitoring;

/// <summary>What fdinfo of DRM files tells of engines (Documentation/gpu/drm-usage-stats.rst).</summary>
public sealed class DrmEngineTests
{
    private const string Client = "drm-driver:\txe\ndrm-client-id:\t7\ndrm-pdev:\t0000:0b:00.0\n";

    [Test]
    public void Time_is_that_of_a_class_and_its_engines_are_counted() => Assert.That(
        Parse("drm-engine-render:\t12 ns\ndrm-engine-video:\t34 ns\ndrm-engine-capacity-video:\t2\ndrm-engine-video-enhance:\t0 ns\n"),
        Is.EqualTo((DrmEngine[])[new("render", 12, null, null, 1), new("video", 34, null, null, 2), new("video_enhance", 0, null, null, 1)]));

    [Test]
    public void Cycles_stand_beside_all_cycles() => Assert.That(
        Parse("drm-cycles-rcs:\t5\ndrm-total-cycles-rcs:\t100\ndrm-cycles-vcs:\t6\ndrm-total-cycles-vcs:\t101\ndrm-engine-capacity-vcs:\t2\n"),
        Is.EqualTo((DrmEngine[])[new("render", null, 5, 100, 1), new("video", null, 6, 101, 2)]));

    [TestCase("gfx", ExpectedResult = "graphics")]
    [TestCase("compute", ExpectedResult = "compute")]
    [TestCase("dma", ExpectedResult = "copy")]
    [TestCase("enc_1", ExpectedResult = "encoder")]
    [TestCase("dec", ExpectedResult = "decoder")]
    [TestCase("ccs", ExpectedResult = "compute")]
    [TestCase("bcs", ExpectedResult = "copy")]
    [TestCase("vecs", ExpectedResult = "video_enhance")]
    [TestCase("new-engine2", ExpectedResult = "new_engine2")]
    [TestCase("", ExpectedResult = null)]
    [TestCase("no word", ExpectedResult = null)]
    [TestCase("Rcs\"}", ExpectedResult = null)]
    [TestCase("a-name-that-is-longer-than-any-engine-has", ExpectedResult = null)]
    public string? A_class_has_a_word(string engineClass) => DrmEngine.Word(engineClass);

    [TestCase("drm-engine-render:\t12\n")]
    [TestCase("drm-engine-render:\t-12 ns\n")]
    [TestCase("drm-engine-render:\t99999999999999999999999 ns\n")]
    [TestCase("drm-engine-capacity-render:\t2\n")]
    [TestCase("drm-cycles-rcs:\t5\n")]
    [TestCase("drm-total-cycles-rcs:\t5\n")]
    public void Half_of_a_counter_is_none(string lines) => Assert.That(Parse(lines), Is.Empty);

    [TestCase("0")]
    [TestCase("-2")]
    [TestCase("many")]
    public void A_capacity_that_cannot_be_is_one_engine(string capacity) =>
        Assert.That(Parse($"drm-engine-render:\t12 ns\ndrm-engine-capacity-render:\t{capacity}\n").Single().Capacity, Is.EqualTo(1));

    [Test]
    public void A_file_of_any_length_has_a_handful() =>
        Assert.That(Parse(string.Concat(Enumerable.Range(0, 1000).Select(number => $"drm-engine-e{number}:\t1 ns\n"))), Has.Length.EqualTo(16));

    [Test]
    public void Counters_read_as_they_were_printed() => Prop.ForAll<ulong, PositiveInt>((busy, capacity) =>
        Parse($"drm-engine-gfx:\t{busy} ns\ndrm-engine-capacity-gfx:\t{capacity.Get}\n").SequenceEqual([new DrmEngine("graphics", busy, null, null, capacity.Get)])).QuickCheckThrowOnFailure();

    [Test]
    public void No_text_throws() => Prop.ForAll<string?, string?>((first, second) =>
    {
        _ = Parse($"drm-engine-{first}:{second}\n");
        _ = Parse($"drm-cycles-{first}:{second}\ndrm-total-cycles-{first}:{second}\n");
        return true;
    }).QuickCheckThrowOnFailure();

    private static DrmEngine[] Parse(string lines) => [.. DrmClient.Parse(Client + lines)!.Engines];
}

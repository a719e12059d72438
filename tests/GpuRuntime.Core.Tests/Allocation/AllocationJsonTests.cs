using System.Text;
using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using GpuRuntime.Core.Allocation;
using GpuRuntime.Core.Configuration;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Core.Requests;

namespace GpuRuntime.Core.Tests.Allocation;

/// <summary>The document of an entry: what is written reads back, and nothing else is an entry.</summary>
public sealed class AllocationJsonTests
{
    private static readonly Config Many = Config.QuickThrowOnFailure.WithMaxTest(1000);

    private static AllocationEntry Full { get; } = new("4f2a")
    {
        RuntimeState = "/run/runc/4f2a",
        Bundle = "/run/bundles/4f2a",
        Process = new ProcessIdentity(4711, 12345678),
        Since = new DateTimeOffset(2026, 7, 4, 12, 30, 59, TimeSpan.Zero),
        Mode = SharingMode.Exclusive,
        Units =
        [
            new AllocatedUnit("0000:3b:00.0-gi7-ci0", "nvidia:0:1", PciAddress.Parse("0000:3b:00.0")!.Value)
            {
                Uuid = "MIG-1",
                Memory = new HeldMemory(1 << 30, 5L << 30, LimitTier.Hardware),
                Compute = new HeldCompute(50, 57, ComputeTier.Hardware),
            },
        ],
    };

    [Test]
    public void A_full_entry_is_written_as_documented() => Assert.That(
        Encoding.UTF8.GetString(AllocationJson.Format(Full)),
        Is.EqualTo(
            """
            {"version":1,"container":"4f2a","runtimeState":"/run/runc/4f2a","bundle":"/run/bundles/4f2a","pid":4711,"startTime":12345678,"since":"2026-07-04T12:30:59Z","mode":"exclusive","gpus":[{"unit":"0000:3b:00.0-gi7-ci0","id":"nvidia:0:1","pciAddress":"0000:3b:00.0","uuid":"MIG-1","memory":{"limitBytes":1073741824,"enforcedBytes":5368709120,"tier":"hardware"},"compute":{"percent":50,"enforcedPercent":57,"tier":"hardware"}}]}
            """));

    [Test]
    public void What_is_written_reads_back_the_same() => Prop.ForAll(
        Entries().ToArbitrary(),
        entry => AllocationJson.Parse(AllocationJson.Format(entry)) is { } read && read with { Units = [] } == entry with { Units = [] } && read.Units.SequenceEqual(entry.Units)).Check(Many);

    [Test]
    public void No_bytes_throw() => Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), bytes => AllocationJson.Parse(bytes) is null).Check(Many);

    [Test]
    public void No_piece_of_an_entry_and_no_entry_with_a_byte_changed_throws()
    {
        var text = AllocationJson.Format(Full);
        for (var length = 0; length < text.Length; length++)
            Assert.That(AllocationJson.Parse(text[..length]), Is.Null, $"the first {length} bytes");
        for (var at = 0; at < text.Length; at++)
        {
            foreach (var value in (byte[])[0, (byte)'"', (byte)'\\', (byte)'{', (byte)'9', 0x80, 0xff])
            {
                var changed = (byte[])text.Clone();
                changed[at] = value;
                Assert.That(() => AllocationJson.Parse(changed), Throws.Nothing, Encoding.Latin1.GetString(changed));
            }
        }
    }

    [TestCase("container")]
    [TestCase("bundle")]
    [TestCase("pid")]
    [TestCase("startTime")]
    [TestCase("since")]
    [TestCase("mode")]
    [TestCase("gpus")]
    [TestCase("version")]
    [TestCase("gpus/0/unit")]
    [TestCase("gpus/0/id")]
    [TestCase("gpus/0/pciAddress")]
    [TestCase("gpus/0/memory/limitBytes")]
    [TestCase("gpus/0/memory/enforcedBytes")]
    [TestCase("gpus/0/memory/tier")]
    [TestCase("gpus/0/compute/percent")]
    [TestCase("gpus/0/compute/tier")]
    public void Without_a_member_it_is_no_entry(string path) => Assert.That(Changed(path, remove: true), Is.Null);

    [TestCase("runtimeState")]
    [TestCase("gpus/0/uuid")]
    [TestCase("gpus/0/memory")]
    [TestCase("gpus/0/compute")]
    [TestCase("gpus/0/compute/enforcedPercent")]
    public void Members_that_are_not_known_may_be_absent(string path) => Assert.That(Changed(path, remove: true), Is.Not.Null);

    [TestCase("version")]
    [TestCase("container")]
    [TestCase("runtimeState")]
    [TestCase("bundle")]
    [TestCase("pid")]
    [TestCase("startTime")]
    [TestCase("since")]
    [TestCase("mode")]
    [TestCase("gpus")]
    [TestCase("gpus/0")]
    [TestCase("gpus/0/unit")]
    [TestCase("gpus/0/id")]
    [TestCase("gpus/0/pciAddress")]
    [TestCase("gpus/0/uuid")]
    [TestCase("gpus/0/memory")]
    [TestCase("gpus/0/memory/limitBytes")]
    [TestCase("gpus/0/memory/enforcedBytes")]
    [TestCase("gpus/0/memory/tier")]
    [TestCase("gpus/0/compute")]
    [TestCase("gpus/0/compute/percent")]
    [TestCase("gpus/0/compute/enforcedPercent")]
    [TestCase("gpus/0/compute/tier")]
    public void A_member_of_another_type_is_no_entry(string path)
    {
        foreach (var value in (string[])["true", "null", "1.5", "-1", "1e3", "[]", "{}", "\"\\ud800\"", "[[1]]"])
        {
            if (value is "[]" && path == "gpus")
                continue;
            Assert.That(Changed(path, value), Is.Null, value);
        }
    }

    [TestCase("version", "0")]
    [TestCase("version", "2")]
    [TestCase("version", "\"1\"")]
    [TestCase("container", "\"\"")]
    [TestCase("pid", "0")]
    [TestCase("pid", "2147483648")]
    [TestCase("startTime", "9223372036854775808")]
    [TestCase("since", "\"2026-07-04T12:30:59+02:00\"")]
    [TestCase("since", "\"yesterday\"")]
    [TestCase("mode", "\"Exclusive\"")]
    [TestCase("gpus/0/pciAddress", "\"3b\"")]
    [TestCase("gpus/0/memory/limitBytes", "0")]
    [TestCase("gpus/0/memory/tier", "\"iron\"")]
    [TestCase("gpus/0/compute/percent", "101")]
    [TestCase("gpus/0/compute/enforcedPercent", "0")]
    public void A_value_that_no_entry_has_is_no_entry(string path, string value) => Assert.That(Changed(path, value), Is.Null);

    // Names become paths below the ledger.
    [TestCase("\"\"")]
    [TestCase("\".\"")]
    [TestCase("\"..\"")]
    [TestCase("\"../holders\"")]
    [TestCase("\"a/b\"")]
    [TestCase("\"/etc\"")]
    [TestCase("\"a\\u0000b\"")]
    [TestCase("\"a\\nb\"")]
    public void A_unit_whose_name_is_no_file_name_is_no_entry(string value) => Assert.That(Changed("gpus/0/unit", value), Is.Null);

    [Test]
    public void A_unit_with_a_name_too_long_for_a_file_is_no_entry() => Assert.That(Changed("gpus/0/unit", $"\"{new string('a', 256)}\""), Is.Null);

    [TestCase("\"\"")]
    [TestCase("\"run/runc/x\"")]
    [TestCase("\"/run/runc/\\u0000\"")]
    public void A_place_of_state_that_is_no_absolute_path_is_no_entry(string value) => Assert.That(Changed("runtimeState", value), Is.Null);

    [Test]
    public void A_member_that_a_later_release_adds_is_passed_over() => Assert.That(Changed("later", "{\"a\":[1]}"), Is.Not.Null);

    [Test]
    public void A_repeated_member_is_no_entry() =>
        Assert.That(AllocationJson.Parse(Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(AllocationJson.Format(Full)).Replace("\"mode\":", "\"mode\":\"shared\",\"mode\":", StringComparison.Ordinal))), Is.Null);

    private static AllocationEntry? Changed(string path, string value = "", bool remove = false)
    {
        const string mark = "\"the value\"";
        var document = JsonNode.Parse(AllocationJson.Format(Full))!;
        var parts = path.Split('/');
        var parent = parts[..^1].Aggregate(document, (node, part) => part == "0" ? node[0]! : node[part]!);
        if (remove)
            parent.AsObject().Remove(parts[^1]);
        else if (parts[^1] == "0")
            parent[0] = "the value";
        else
            parent[parts[^1]] = "the value";
        return AllocationJson.Parse(Encoding.UTF8.GetBytes(document.ToJsonString().Replace(mark, value, StringComparison.Ordinal)));
    }

    private static Gen<AllocationEntry> Entries() =>
        from container in Texts()
        from hasState in Gen.Elements(true, false)
        from state in Texts()
        from bundle in Texts()
        from pid in Gen.Choose(1, int.MaxValue)
        from start in Gen.Choose(0, int.MaxValue)
        from seconds in Gen.Choose(0, int.MaxValue)
        from mode in Gen.Elements(SharingMode.Shared, SharingMode.Exclusive)
        from units in UnitsOf().ListOf()
        select new AllocationEntry(container)
        {
            RuntimeState = hasState ? $"/{state}" : null,
            Bundle = bundle,
            Process = new ProcessIdentity(pid, (long)start << 20),
            Since = DateTimeOffset.FromUnixTimeSeconds(seconds),
            Mode = mode,
            Units = [.. units],
        };

    private static Gen<AllocatedUnit> UnitsOf() =>
        from bus in Gen.Choose(0, 255)
        from suffix in Gen.Elements("", "-p3", "-gi7-ci0")
        from id in Texts()
        from uuid in Gen.OneOf(Gen.Constant<string?>(null), Texts().Select(text => (string?)text))
        from memory in Gen.OneOf(Gen.Constant<HeldMemory?>(null), from bytes in Gen.Choose(1, int.MaxValue) from tier in Gen.Elements(Enum.GetValues<LimitTier>()) select (HeldMemory?)new HeldMemory((long)bytes << 10, (long)bytes << 20, tier))
        from compute in Gen.OneOf(Gen.Constant<HeldCompute?>(null), from percent in Gen.Choose(1, 100) from enforced in Gen.Choose(0, 100) from tier in Gen.Elements(Enum.GetValues<ComputeTier>()) select (HeldCompute?)new HeldCompute(percent, enforced == 0 ? null : enforced, tier))
        select new AllocatedUnit($"0000:{bus:x2}:00.0{suffix}", id, PciAddress.Parse($"0000:{bus:x2}:00.0")!.Value) { Uuid = uuid, Memory = memory, Compute = compute };

    private static Gen<string> Texts() => Gen.Elements("a", "Z", "9", "-", "_", ".", "/", " ", "\"", "\\", "\n", "\u001b", "<", "&", "ä", "日", "😀", "\u2028").NonEmptyListOf().Select(string.Concat);
}

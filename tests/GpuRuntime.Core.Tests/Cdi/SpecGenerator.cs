using System.Collections.Immutable;
using FsCheck;
using FsCheck.Fluent;
using GpuRuntime.Core.Cdi;

namespace GpuRuntime.Core.Tests.Cdi;

/// <summary>Valid specifications of every shape, with texts that formats and parsers stumble over.</summary>
internal static class SpecGenerator
{
    private static readonly string[] Awkward =
    [
        "0", "00", "0x10", "0b1", "0o17", "0660", "1_000", "12e3", "1.5", "1.", ".5", "-1", "+1", ".inf", "-.INF", ".nan", "1:2", "190:20:30", "0000:03:00.0", "0000:3b:00.0",
        "null", "Null", "~", "yes", "No", "y", "N", "on", "OFF", "true", "False", "2001-01-01", "2001-12-14t21:59:43.10-05:00", "=", "<<", "-", "- a", "? a", "a: b", "a:", ":a",
        "a #b", "#a", "&a", "*a", "!a", "!!str a", "|", ">", "%a", "@a", "`a", "{", "}", "[", "]", ",", "{a: b}", "[a]", "'", "\"", "a\"b", "a'b", "\\", "\\n", "a\\tb", " ", " a", "a ",
        "a\nb", "\n", "a\n", "a\tb", "\t", "\r", "a\r\nb", "---", "...", "\u0001", "\u001b[31m", "\u007f", "\u0085", "\u00a0", "\u2028", "\u2029", "\ufeff", "\ufffd", "\ufffe",
        "é", "日本", "\U0001f600", "a\U0001f600b", "<&>", "very long " + new string('x', 200) + " with spaces in it that folds at eighty columns in many writers",
    ];

    private static Gen<char> Letter => Gen.Elements("abcxyzABCXYZ".ToCharArray());

    private static Gen<string> AnyText => Gen.OneOf(
        Gen.Elements(Awkward),
        Gen.Elements(Awkward).Two().Select(pair => pair.Item1 + pair.Item2),
        ArbMap.Default.GeneratorFor<string>().Select(text => new string([.. (text ?? "").Where(character => character != '\0' && !char.IsSurrogate(character))])));

    private static Gen<string> Text => AnyText.Where(text => text.Length > 0);

    private static Gen<string> Path => Gen.OneOf(Gen.Elements("/dev/nvidia0", "/usr/lib/x86_64-linux-gnu/libcuda.so.1", "/"), AnyText.Select(text => "/" + text));

    private static Gen<string> Entry => from text in AnyText
                                        from name in Text
                                        select $"{name.Replace('=', '_')}={text}";

    private static Gen<string> DeviceName => from first in Gen.Elements("0", "1e3", "0x1", "a", "y", "null", "GPU", "0000", "1")
                                             from rest in Gen.Elements("", ":0", "-8f2c.x", ":2", "_a:b", ".5")
                                             select first + rest;

    private static Gen<string> Kind => from vendor in Gen.Elements("nvidia.com", "amd.com", "v", "y", "null", "a_b-c.d")
                                       from letter in Letter
                                       from rest in Gen.Elements("", "pu", "pu.x", "-1_b", "0")
                                       select $"{vendor}/{letter}{rest}";

    private static Gen<ImmutableSortedDictionary<string, string>> Annotations =>
        from keys in Rarely(Gen.Elements("a", "cdiVersion", "vendor.com/x", "1.0", "yes", "0", "null").ArrayOf(), Array.Empty<string>())
        from values in AnyText.ArrayOf(keys.Length)
        select keys.Zip(values).DistinctBy(pair => pair.First).ToImmutableSortedDictionary(pair => pair.First, pair => pair.Second, StringComparer.Ordinal);

    private static Gen<CdiDeviceNode> DeviceNode =>
        from path in Path
        from hostPath in Optional(Path)
        from type in Optional(Gen.Elements("b", "c", "u", "p"))
        from major in OptionalNumber(Gen.Choose(0, 4095))
        from minor in OptionalNumber(Gen.Choose(0, 1048575))
        from mode in OptionalNumber(Gen.Elements(0, 432, 438, 511))
        from permissions in Optional(Gen.Elements("r", "rw", "rwm", "m"))
        from owner in OptionalNumber(Gen.Elements(0, 1, 44, int.MaxValue))
        select new CdiDeviceNode(path) { HostPath = hostPath, Type = type, Major = major, Minor = minor, FileMode = (uint?)mode, Permissions = permissions, Uid = (uint?)owner, Gid = owner is null ? 7 : uint.MaxValue };

    private static Gen<CdiMount> Mount =>
        from hostPath in Path
        from containerPath in Path
        from type in Optional(Gen.Elements("bind", "tmpfs", "none", "null", "y"))
        from options in Few(Text)
        select new CdiMount(hostPath, containerPath) { Type = type, Options = options };

    private static Gen<CdiHook> Hook =>
        from stage in Gen.Elements("prestart", "createRuntime", "createContainer", "startContainer", "poststart", "poststop")
        from path in Path
        from arguments in Few(AnyText)
        from environment in Few(Entry)
        from timeout in OptionalNumber(Gen.Elements(0, 10, int.MaxValue))
        select new CdiHook(stage, path) { Args = arguments, Environment = environment, Timeout = timeout };

    private static Gen<CdiIntelRdt> IntelRdt =>
        from closId in Optional(Gen.Elements("/", "guaranteed", "a b", "0"))
        from schema in Optional(Text)
        from schemata in Few(AnyText)
        from flag in Gen.Elements<bool?>(null, true, false)
        select new CdiIntelRdt { ClosId = closId, L3CacheSchema = schema, MemBwSchema = schema is null ? "MB:0=70" : null, Schemata = schemata, EnableCmt = flag, EnableMbm = !flag, EnableMonitoring = flag };

    private static Gen<CdiEdits> AnyEdits =>
        from environment in Few(Entry)
        from nodes in Few(DeviceNode)
        from interfaces in Rarely(Gen.Elements(1, 2), 0)
        from mounts in Few(Mount)
        from hooks in Few(Hook)
        from rdt in Optional(IntelRdt)
        from groups in Few(Gen.Elements(0u, 44u, uint.MaxValue))
        select new CdiEdits
        {
            Environment = environment,
            DeviceNodes = nodes,
            NetDevices = [.. Enumerable.Range(0, interfaces).Select(number => new CdiNetDevice($"eth{number}", $"{number}"))],
            Mounts = mounts,
            Hooks = hooks,
            IntelRdt = rdt,
            AdditionalGids = groups,
        };

    /// <summary>Of the least version that carries them.</summary>
    public static Gen<CdiSpec> Specs =>
        from kind in Kind
        from annotations in Annotations
        from names in DeviceName.NonEmptyListOf()
        from annotated in Annotations
        from edits in AnyEdits.Where(edits => !edits.IsEmpty).Two()
        from common in AnyEdits
        let spec = new CdiSpec(CdiVersion.First, kind)
        {
            Annotations = annotations,
            Devices = [.. names.Distinct().Take(3).Select((name, place) => new CdiDevice(name, place % 2 == 0 ? edits.Item1 : edits.Item2) { Annotations = place == 0 ? annotated : annotations })],
            Edits = common,
        }
        select spec with { Version = CdiVersions.LeastFor(spec) };

    private static Gen<string?> Optional(Gen<string> text) => Gen.OneOf(Gen.Constant<string?>(null), text.Select(some => (string?)some));

    private static Gen<T?> Optional<T>(Gen<T> value)
        where T : class => Gen.OneOf(Gen.Constant<T?>(null), Gen.Constant<T?>(null), value.Select(some => (T?)some));

    private static Gen<int?> OptionalNumber(Gen<int> number) => Gen.OneOf(Gen.Constant<int?>(null), number.Select(some => (int?)some));

    private static Gen<T> Rarely<T>(Gen<T> some, T otherwise) => Gen.OneOf(Gen.Constant(otherwise), Gen.Constant(otherwise), some);

    private static Gen<ImmutableArray<T>> Few<T>(Gen<T> item) =>
        from count in Gen.Elements(0, 0, 1, 2)
        from items in item.ArrayOf(count)
        select items.ToImmutableArray();
}

using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using GpuRuntime.Linux.Mounts;

namespace GpuRuntime.Fuzz.Tests.Properties;

/// <summary>Lines of mountinfo as the kernel writes them, with whatever paths.</summary>
public sealed class MountTableProperties
{
    [Test]
    public void Paths_come_out_as_they_were_mounted()
    {
        var path = Gen.Elements("a", " ", "\t", "\n", "\\", "\\040", "#", "-", "shared:1", ",", ":", "é").ArrayOf().Select(parts => "/" + string.Concat(parts));
        var cases = from root in path
                    from place in path
                    from tags in Gen.Elements("", "shared:7 ", "master:3 ", "shared:7 master:3 propagate_from:2 ")
                    select (root, place, tags);
        Prop.ForAll(cases.ToArbitrary(), mounted =>
        {
            var line = $"36 35 98:0 {Escaped(mounted.root)} {Escaped(mounted.place)} rw,noatime {mounted.tags}- ext4 /dev/sda1 rw,errors=continue";
            return MountTable.Parse($"{line}\n").Single() is var mount && mount.Root == mounted.root && mount.MountPoint == mounted.place && mount.IsShared == mounted.tags.StartsWith("shared", StringComparison.Ordinal);
        }).Check(Seed.Of(500));
    }

    // fs/proc_namespace.c: these, and no others.
    private static string Escaped(string text) =>
        string.Concat(text.Select(letter => letter is ' ' or '\t' or '\n' or '\\' or '#' ? $"\\{Convert.ToString(letter, 8).PadLeft(3, '0')}".ToString(CultureInfo.InvariantCulture) : letter.ToString()));
}

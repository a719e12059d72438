using GpuRuntime.Linux.Mounts;

namespace GpuRuntime.Linux.Tests.Mounts;

public sealed class MountTableTests
{
    [Test]
    public void A_line_is_a_mount()
    {
        var mount = Parse("36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=continue").Single();

        using (Assert.EnterMultipleScope())
        {
            Assert.That((mount.Id, mount.Root, mount.MountPoint, mount.IsShared, mount.Type), Is.EqualTo((36ul, "/mnt1", "/mnt2", false, "ext3")));
            Assert.That(mount.Options, Is.EqualTo(["rw", "errors=continue"]));
        }
    }

    [TestCase("", false)]
    [TestCase("shared:7 ", true)]
    [TestCase("master:7 ", false)]
    [TestCase("shared:7 master:3 ", true)]
    [TestCase("master:3 propagate_from:2 ", false)]
    [TestCase("master:3 propagate_from:2 shared:1 ", true)]
    [TestCase("unbindable ", false)]
    [TestCase("notshared:1 ", false)]
    public void What_is_shared_is_told_by_any_of_the_optional_fields(string fields, bool isShared)
    {
        var mount = Parse($"36 35 98:0 / /mnt rw {fields}- tmpfs tmpfs rw").Single();

        Assert.That((mount.IsShared, mount.Type), Is.EqualTo((isShared, "tmpfs")));
    }

    [TestCase(@"/a\040b", "/a b")]
    [TestCase(@"/a\011b", "/a\tb")]
    [TestCase(@"/a\012b", "/a\nb")]
    [TestCase(@"/a\134b", @"/a\b")]
    [TestCase(@"/a\043b", "/a#b")]
    [TestCase(@"/a\134040b", @"/a\040b")]
    [TestCase(@"/\040\040", "/  ")]
    [TestCase(@"/a\04", @"/a\04")]
    [TestCase(@"/a\089", @"/a\089")]
    [TestCase(@"/a\", @"/a\")]
    [TestCase("/größe", "/größe")]
    public void Escapes_are_read(string written, string path)
    {
        var mount = Parse($"36 35 98:0 {written} {written} rw - tmpfs tmpfs rw").Single();

        Assert.That((mount.Root, mount.MountPoint), Is.EqualTo((path, path)));
    }

    [TestCase("/-")]
    [TestCase("-")]
    [TestCase("/a/-/b")]
    public void A_mount_point_is_not_taken_for_the_separator(string point)
    {
        var mount = Parse($"36 35 98:0 {point} {point} rw shared:1 - tmpfs - rw,size=1k").Single();

        using (Assert.EnterMultipleScope())
        {
            Assert.That((mount.Root, mount.MountPoint, mount.IsShared, mount.Type), Is.EqualTo((point, point, true, "tmpfs")));
            Assert.That(mount.Options, Is.EqualTo(["rw", "size=1k"]));
        }
    }

    [Test]
    public void A_mount_without_a_source_has_its_options_all_the_same() =>
        Assert.That(Parse("36 35 98:0 / /mnt rw - tmpfs  rw,size=1k").Single().Options, Is.EqualTo(["rw", "size=1k"]));

    [Test]
    public void Options_are_those_of_the_file_system() =>
        Assert.That(
            Parse("35 30 0:32 / /sys/fs/cgroup/devices ro,nosuid - cgroup cgroup rw,cpu,devices").Single().Options,
            Is.EqualTo(["rw", "cpu", "devices"]));

    [Test]
    public void Lines_that_follow_no_format_are_left_out_and_the_others_stay_in_order()
    {
        var mounts = Parse(
            """
            7 1 0:1 / /first rw - tmpfs tmpfs rw

            nonsense
            x 1 0:1 / /no-number rw - tmpfs tmpfs rw
            -8 1 0:1 / /negative rw - tmpfs tmpfs rw
            8 1 0:1 / /no-separator rw shared:1 tmpfs tmpfs rw
            9 1 0:1 / /no-options rw - tmpfs tmpfs
            10 1 0:1 / -
            11 1 0:1 / /early - tmpfs tmpfs rw
            3 1 0:1 / /last rw - tmpfs tmpfs rw

            """);

        Assert.That(mounts.Select(mount => mount.MountPoint), Is.EqualTo(["/first", "/last"]));
    }

    [Test]
    public void Every_mount_of_this_machine_is_read()
    {
        var table = File.ReadAllText("/proc/self/mountinfo");

        Assert.That(MountTable.Parse(table).Count(), Is.EqualTo(table.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length));
        Assert.That(MountTable.Parse(table), Has.Some.Matches<Mount>(mount => mount is { MountPoint: "/proc", Type: "proc" }));
    }

    private static Mount[] Parse(string text) => [.. MountTable.Parse(text)];
}

using GpuRuntime.Linux.Cgroups;
using GpuRuntime.Linux.Mounts;

namespace GpuRuntime.Linux.Tests.Cgroups;

/// <summary>Which directory holds the device rules of a process: by texts of /proc/PID/cgroup and /proc/self/mountinfo of several hosts.</summary>
public sealed class ProcessCgroupTests
{
    private const string Devices = "35 30 0:32 / /sys/fs/cgroup/devices rw,relatime - cgroup cgroup rw,devices";
    private const string Memory = "34 30 0:31 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory";
    private const string Hybrid2 = "40 30 0:37 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw";
    private const string Plain2 = "30 22 0:27 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw,nsdelegate";

    [Test]
    public void On_a_hybrid_host_version_1_has_the_say() =>
        Assert.That(
            Of("5:devices:/docker/abc\n4:memory:/docker/abc\n0::/docker/abc\n", Memory, Devices, Hybrid2),
            Is.EqualTo(Version1("/sys/fs/cgroup/devices/docker/abc")));

    [Test]
    public void On_a_hybrid_host_a_process_in_version_1s_root_is_asked_for_in_version_2() =>
        Assert.That(Of("5:devices:/\n0::/docker/abc\n", Devices, Hybrid2), Is.EqualTo(Version2("/sys/fs/cgroup/unified/docker/abc")));

    [Test]
    public void Where_version_1s_devices_are_not_mounted_version_2_has_the_say() =>
        Assert.That(Of("5:devices:/docker/abc\n0::/docker/abc\n", Memory, Hybrid2), Is.EqualTo(Version2("/sys/fs/cgroup/unified/docker/abc")));

    [TestCase("0::/system.slice/docker-abc.scope\n", "/sys/fs/cgroup/system.slice/docker-abc.scope")]
    [TestCase("0::/\n", "/sys/fs/cgroup")]
    [TestCase("0::/a", "/sys/fs/cgroup/a")]
    public void On_a_plain_version_2_host_it_is_the_only_one(string cgroups, string directory) =>
        Assert.That(Normal(Of(cgroups, Plain2)), Is.EqualTo(Version2(directory)));

    [Test]
    public void Controllers_that_are_mounted_together_are_told_apart() =>
        Assert.That(
            Of("5:cpu,devices:/a\n4:memory,devicesx:/b\n", Memory, "35 30 0:32 / /sys/fs/cgroup/cpu,devices rw - cgroup cgroup rw,cpu,devices"),
            Is.EqualTo(Version1("/sys/fs/cgroup/cpu,devices/a")));

    [Test]
    public void A_hierarchy_of_processes_only_is_no_devices_hierarchy() =>
        Assert.That(Of("1:name=devices:/a\n", "36 30 0:36 / /sys/fs/cgroup/systemd rw - cgroup cgroup rw,name=devices"), Is.Null);

    [TestCase("/docker/outer/inner", "/sys/fs/cgroup/devices/inner")]
    [TestCase("/docker/outer", "/sys/fs/cgroup/devices")]
    public void A_mount_that_shows_a_part_of_the_hierarchy_is_seen_through(string cgroup, string directory) =>
        Assert.That(Normal(Of($"5:devices:{cgroup}\n", Devices.Replace(" / ", " /docker/outer ", StringComparison.Ordinal))), Is.EqualTo(Version1(directory)));

    [TestCase("/docker2")]
    [TestCase("/docker2/abc")]
    [TestCase("/dock")]
    [TestCase("/other/docker/abc")]
    public void What_only_begins_like_the_mounted_part_lies_outside(string cgroup)
    {
        var mount = Hybrid2.Replace(" / ", " /docker ", StringComparison.Ordinal);

        Assert.That(Of($"0::{cgroup}\n", mount), Is.Null);
        Assert.That(Of($"0::{cgroup}\n", mount, Plain2), Is.EqualTo(Version2($"/sys/fs/cgroup{cgroup}")));
    }

    [TestCase("/..")]
    [TestCase("/../other")]
    [TestCase("/../../other/container")]
    public void What_lies_outside_the_readers_own_cgroup_namespace_cannot_be_reached(string cgroup)
    {
        Assert.That(Of($"0::{cgroup}\n", Plain2), Is.Null);
        Assert.That(Of($"5:devices:{cgroup}\n", Devices), Is.Null);
    }

    [Test]
    public void A_mount_from_outside_the_namespace_shows_what_lies_there()
    {
        var mount = Plain2.Replace(" / ", " /.. ", StringComparison.Ordinal);

        Assert.That(Of("0::/../other\n", mount), Is.EqualTo(Version2("/sys/fs/cgroup/other")));
        Assert.That(Of("0::/../../other\n", mount), Is.Null);
    }

    [TestCase("/a:b/c:d")]
    [TestCase("/with space/and  two")]
    [TestCase("/back\\slash")]
    [TestCase("/..a")]
    [TestCase("/a..")]
    public void Names_are_taken_as_they_are(string cgroup)
    {
        Assert.That(Of($"0::{cgroup}\n", Plain2), Is.EqualTo(Version2("/sys/fs/cgroup" + cgroup)));
        Assert.That(Of($"5:devices:{cgroup}\n", Devices), Is.EqualTo(Version1("/sys/fs/cgroup/devices" + cgroup)));
    }

    [Test]
    public void A_cgroup_that_was_deleted_is_not_taken_for_another_of_its_name() =>
        Assert.That(Of("0::/docker/abc (deleted)\n", Plain2)?.Directory, Is.Null.Or.EqualTo("/sys/fs/cgroup/docker/abc (deleted)"));

    [TestCase("5:devices:/docker/abc\n0::/docker/abc\n")]
    [TestCase("0::/\n")]
    [TestCase("")]
    public void Where_nothing_is_mounted_it_is_in_none(string cgroups) => Assert.That(Of(cgroups, Memory), Is.Null);

    [TestCase("")]
    [TestCase("no fields\n5:devices\n")]
    [TestCase("4:memory:/docker/abc\n")]
    public void A_process_that_is_in_no_devices_hierarchy_is_in_none(string cgroups) => Assert.That(Of(cgroups, Devices, Plain2), Is.Null);

    private static ProcessCgroup? Of(string cgroups, params string[] mounts) =>
        ProcessCgroup.OfDevices(cgroups, [.. MountTable.Parse(string.Join('\n', mounts))]);

    private static ProcessCgroup Version1(string directory) => new(directory, false);

    private static ProcessCgroup Version2(string directory) => new(directory, true);

    // The hierarchy's own directory may end with a slash.
    private static ProcessCgroup? Normal(ProcessCgroup? cgroup) => cgroup is null ? null : cgroup with { Directory = cgroup.Directory.TrimEnd('/') };
}

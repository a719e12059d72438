using GpuRuntime.Core.Errors;
using static GpuRuntime.Core.Tests.Oci.SpecBuilder;

namespace GpuRuntime.Core.Tests.Oci;

/// <summary>What a config.json says of its container, and what is the low-level runtime's to report.</summary>
public sealed class OciSpecTests
{
    [Test]
    public void The_environment_annotations_and_privilege_are_read()
    {
        var facts = Parsed("""
            {
                "process": { "env": [ "NVIDIA_VISIBLE_DEVICES=\u0061ll", "B=x=y", "NO_EQUALS" ], "capabilities": { "bounding": [ "CAP_KILL", "CAP_SYS_ADMIN" ] } },
                "annotations": { "gpu-runtime.io/gpus": "device=0", "n": 5, "e\u0073c": "x" }
            }
            """).Facts();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(facts.Environment["NVIDIA_VISIBLE_DEVICES"], Is.EqualTo("all"));
            Assert.That(facts.Environment["B"], Is.EqualTo("x=y"));
            Assert.That(facts.Annotations, Is.EqualTo(new Dictionary<string, string> { ["gpu-runtime.io/gpus"] = "device=0", ["esc"] = "x" }));
            Assert.That(facts.Privileged);
        }
    }

    [TestCase("{}")]
    [TestCase("[]")]
    [TestCase("null")]
    [TestCase("\"text\"")]
    [TestCase("{\"process\":null,\"annotations\":null}")]
    [TestCase("{\"process\":{\"env\":\"NVIDIA_VISIBLE_DEVICES=all\"},\"annotations\":[\"gpu-runtime.io/gpus\"]}")]
    [TestCase("{\"process\":{\"env\":{\"NVIDIA_VISIBLE_DEVICES\":\"all\"},\"capabilities\":[\"CAP_SYS_ADMIN\"]}}")]
    [TestCase("{\"process\":{\"env\":[1,null,[\"NVIDIA_VISIBLE_DEVICES=all\"]]}}")]
    [TestCase("{\"process\":{\"capabilities\":{\"effective\":[\"CAP_SYS_ADMIN\"],\"bounding\":\"CAP_SYS_ADMIN\"}}}")]
    public void Members_that_are_missing_or_of_another_kind_say_nothing(string spec)
    {
        var facts = Parsed(spec).Facts();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(facts.Environment["NVIDIA_VISIBLE_DEVICES"], Is.Null);
            Assert.That(facts.Annotations, Is.Empty);
            Assert.That(facts.Privileged, Is.False);
        }
    }

    [TestCase("{\"root\":{\"path\":\"rootfs\"}}", "rootfs")]
    [TestCase("{\"root\":{\"path\":\"/abs\"}}", "/abs")]
    [TestCase("{\"root\":{}}", null)]
    [TestCase("{\"root\":\"rootfs\"}", null)]
    [TestCase("{\"root\":{\"path\":5}}", null)]
    [TestCase("{}", null)]
    public void The_root_filesystem_is_where_it_says(string spec, string? path) => Assert.That(Parsed(spec).RootPath, Is.EqualTo(path));

    [TestCase("rootfs", "/run/bundle", "/run/bundle/rootfs")]
    [TestCase("rootfs", "/run/bundle/", "/run/bundle/rootfs")]
    [TestCase("/var/lib/merged", "/run/bundle", "/var/lib/merged")]
    public void A_relative_root_filesystem_lies_in_the_bundle(string path, string bundle, string expected) =>
        Assert.That(Parsed($"{{\"root\":{{\"path\":\"{path}\"}}}}").RootPathIn(bundle), Is.EqualTo(expected));

    [TestCase("{}")]
    [TestCase("{\"root\":{\"path\":\"\"}}")]
    public void A_container_without_a_root_filesystem_is_an_error(string spec) =>
        Assert.That(Refusal.Of(ErrorCode.SpecUnexpectedShape, () => Parsed(spec).RootPathIn("/b")), Does.Contain("root.path"));

    [Test]
    public void The_user_and_the_groups_of_the_process_are_read()
    {
        var spec = Parsed("""{"process":{"user":{"uid":1000,"gid":1001,"additionalGids":[44,"x",109]}},"linux":{"mountLabel":"system_u:object_r:container_file_t:s0"}}""");

        using (Assert.EnterMultipleScope())
        {
            Assert.That(spec.ProcessUid, Is.EqualTo(1000));
            Assert.That(spec.ProcessGids, Is.EqualTo((uint[])[1001, 44, 109]));
            Assert.That(spec.MountLabel, Is.EqualTo("system_u:object_r:container_file_t:s0"));
            Assert.That(Parsed("{\"linux\":{\"mountLabel\":\"\"}}").MountLabel, Is.Null);
            Assert.That(Parsed(Plain).ProcessUid, Is.Zero);
        }
    }

    [TestCase("proc", "/proc", true)]
    [TestCase("tmpfs", "/proc", false)]
    [TestCase("proc", "/dev", false)]
    public void A_file_system_is_mounted_where_the_mounts_say_so(string type, string destination, bool expected) =>
        Assert.That(Parsed(Plain).Mounts(type, destination), Is.EqualTo(expected));

    [TestCase("CAP_MKNOD", true)]
    [TestCase("CAP_KILL", true)]
    [TestCase("CAP_SYS_ADMIN", false)]
    public void A_capability_is_to_be_had_if_it_is_in_the_bounding_set(string name, bool expected) => Assert.That(Parsed(Plain).HasCapability(name), Is.EqualTo(expected));

    [Test]
    public void An_environment_entry_that_is_not_Unicode_is_passed_over_and_the_others_read() =>
        Assert.That(Parsed("{\"process\":{\"env\":[\"A=\\ud800\",\"NVIDIA_VISIBLE_DEVICES=0\"]}}").Facts().Environment["NVIDIA_VISIBLE_DEVICES"], Is.EqualTo("0"));

    [TestCase("""[{"allow":true,"access":"rwm"}]""", true)]
    [TestCase("""[{"allow":false,"access":"rwm"},{"allow":true,"type":"a"}]""", true)]
    [TestCase("""[{"allow":true,"access":"rwm"},{"allow":false,"access":"rwm"}]""", false)]
    [TestCase("""[{"allow":false,"access":"rwm"},{"allow":true,"type":"c","access":"m"},{"allow":true,"type":"c","major":226,"minor":128,"access":"rwm"}]""", false)]
    [TestCase("""[{"allow":true,"major":226,"access":"rwm"}]""", false)]
    [TestCase("[]", false)]
    [TestCase("null", false)]
    public void Whether_every_device_may_be_opened_is_what_the_last_rule_for_all_says(string rules, bool expected) =>
        Assert.That(Parsed($"{{\"linux\":{{\"resources\":{{\"devices\":{rules}}}}}}}").AllowsEveryDevice, Is.EqualTo(expected));
}

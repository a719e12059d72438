using static GpuRuntime.Core.Tests.Oci.SpecBuilder;

namespace GpuRuntime.Core.Tests.Oci;

/// <summary>A container in a user namespace cannot make nodes: the host's are bound.</summary>
public sealed class UserNamespaceTests
{
    [Test]
    public void Nodes_are_bind_mounts_and_the_cgroup_lets_them_be_opened()
    {
        var edited = Edited(Plain, options: Options with { BindNodes = true });
        var mounts = edited["mounts"]!.AsArray();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(edited["linux"]!["devices"], Is.Null);
            Assert.That(edited["linux"]!["resources"]!["devices"]!.AsArray(), Has.Count.EqualTo(3));
            Assert.That(mounts.Select(mount => $"{mount!["source"]} {mount["destination"]}"), Is.SupersetOf((string[])
                ["/host/dev/nvidia3 /dev/nvidia3", "/host/dev/dri/renderD132 /dev/dri/renderD132"]));
            Assert.That(mounts[^1]!["options"].Texts(), Is.EqualTo((string[])["nosuid", "noexec", "bind"]), "nodev would keep it from being opened");
        }
    }

    [Test]
    public void Applied_again_nothing_changes()
    {
        var once = Applied(Plain, options: Options with { BindNodes = true });

        Assert.That(Applied(once, options: Options with { BindNodes = true }), Is.EqualTo(once));
    }

    [TestCase("[{\"type\":\"pid\"},{\"type\":\"user\"}]", true)]
    [TestCase("[{\"type\":\"user\",\"path\":\"/proc/1/ns/user\"}]", true)]
    [TestCase("[{\"type\":\"pid\"}]", false)]
    [TestCase("[\"user\"]", false)]
    [TestCase("null", false)]
    public void The_specification_tells_whether_there_is_one(string namespaces, bool expected) =>
        Assert.That(Parsed($"{{\"linux\":{{\"namespaces\":{namespaces}}}}}").HasUserNamespace, Is.EqualTo(expected));

    [TestCase("[{\"containerID\":0,\"hostID\":100000,\"size\":65536}]", 100000u)]
    [TestCase("[{\"containerID\":1,\"hostID\":5,\"size\":1},{\"containerID\":0,\"hostID\":4294967295,\"size\":1}]", 4294967295u)]
    [TestCase("[{\"containerID\":1,\"hostID\":5,\"size\":1}]", 0u)]
    [TestCase("[{\"containerID\":0,\"hostID\":-1,\"size\":1}]", 0u)]
    [TestCase("[{\"containerID\":0,\"hostID\":4294967296,\"size\":1}]", 0u)]
    [TestCase("[{\"containerID\":0,\"hostID\":\"5\",\"size\":1}]", 0u)]
    [TestCase("null", 0u)]
    public void The_containers_root_is_whom_the_mappings_say(string mappings, uint expected)
    {
        var spec = Parsed($"{{\"linux\":{{\"uidMappings\":{mappings},\"gidMappings\":{mappings}}}}}");

        using (Assert.EnterMultipleScope())
        {
            Assert.That(spec.RootUid, Is.EqualTo(expected));
            Assert.That(spec.RootGid, Is.EqualTo(expected));
        }
    }

    // Group 110 of the host has one number in the container, or none: then a process of it cannot be put into the group.
    [TestCase("[{\"containerID\":0,\"hostID\":100000,\"size\":65536}]", null)]
    [TestCase("[{\"containerID\":0,\"hostID\":1000,\"size\":1},{\"containerID\":7,\"hostID\":108,\"size\":3}]", "9")]
    [TestCase("[{\"containerID\":7,\"hostID\":108,\"size\":2}]", null)]
    [TestCase("[{\"containerID\":0,\"hostID\":0,\"size\":65536}]", "110")]
    [TestCase("[{\"containerID\":4294967295,\"hostID\":109,\"size\":5}]", null)]
    [TestCase("null", null)]
    public void Groups_of_nodes_have_the_numbers_of_the_container(string mappings, string? expected)
    {
        var groups = Edited($"{{\"linux\":{{\"namespaces\":[{{\"type\":\"user\"}}],\"gidMappings\":{mappings}}}}}", options: Options with { BindNodes = true })["process"]?["user"]?["additionalGids"];

        Assert.That(groups is null ? null : string.Join(' ', groups.AsArray().Select(gid => gid!.ToString())), Is.EqualTo(expected));
    }

    // 65534 is what a group is called that has no number in our own user namespace.
    [Test]
    public void A_group_without_a_number_is_none_in_the_container_either() =>
        Assert.That(Parsed("{\"linux\":{\"namespaces\":[{\"type\":\"user\"}],\"gidMappings\":[{\"containerID\":0,\"hostID\":0,\"size\":65536}]}}").GidInContainer(65534), Is.Null);
}

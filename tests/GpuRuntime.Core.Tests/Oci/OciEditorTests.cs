using System.Text.Json.Nodes;
using GpuRuntime.Core.Edits;
using GpuRuntime.Core.Errors;
using static GpuRuntime.Core.Tests.Oci.SpecBuilder;

namespace GpuRuntime.Core.Tests.Oci;

/// <summary>The config.json that the low-level runtime gets.</summary>
public sealed class OciEditorTests
{
    [Test]
    public void The_whole_document_is_the_old_one_with_the_edits_in_their_places() => Assert.That(Applied(Plain), Is.EqualTo("""
        {
            "ociVersion": "1.0.2-dev",
            "process": {
                "user": { "uid": 0, "gid": 0,"additionalGids":[110] },
                "args": [ "sh" ],
                "env": [ "PATH=/bin" ],
                "capabilities": { "bounding": [ "CAP_KILL", "CAP_MKNOD" ] }
            },
            "root": { "path": "rootfs" },
            "mounts": [ { "destination": "/proc", "type": "proc", "source": "proc" },{"destination":"/usr/lib/libcuda.so.1.2","type":"bind","source":"/driver/usr/lib/libcuda.so.1.2","options":["ro","nosuid","nodev","bind"]},{"destination":"/run/socket","type":"bind","source":"/driver/run/socket","options":["nosuid","nodev","noexec","bind"]} ],
            "linux": {
                "resources": { "devices": [ { "allow": false, "access": "rwm" },{"allow":true,"type":"c","major":195,"minor":3,"access":"rw"},{"allow":true,"type":"c","major":226,"minor":132,"access":"rw"} ] },
                "namespaces": [ { "type": "pid" }, { "type": "mount" } ],"devices":[{"path":"/dev/nvidia3","type":"c","major":195,"minor":3,"fileMode":438,"uid":0,"gid":0},{"path":"/dev/dri/renderD132","type":"c","major":226,"minor":132,"fileMode":432,"uid":0,"gid":110}]
            },"hooks":{"createRuntime":[{"path":"/usr/bin/gpu-runtime","args":["gpu-runtime","mask-nvidia-params","/proc/driver/nvidia/params","/bundle/rootfs"],"env":["GPU_RUNTIME_HOOK=1"],"timeout":10}]}
        }
        """));

    [Test]
    public void Applied_again_nothing_changes()
    {
        var once = Applied(Plain);

        Assert.That(Applied(once), Is.EqualTo(once));
    }

    [Test]
    public void Nothing_to_apply_changes_nothing() => Assert.That(Applied(Plain, ContainerEdits.Empty), Is.EqualTo(Plain));

    [TestCase("{\"process\":{\"capabilities\":{\"bounding\":[\"CAP_MKNOD\"]}}}")]
    [TestCase("{\"process\":{\"capabilities\":{\"bounding\":[\"CAP_MKNOD\"]},\"user\":null},\"mounts\":null,\"linux\":null,\"hooks\":null}")]
    [TestCase("{\"process\":{\"capabilities\":{\"bounding\":[\"CAP_MKNOD\"]},\"user\":{}},\"mounts\":[],\"linux\":{\"devices\":[],\"resources\":{\"devices\":null}},\"hooks\":{}}")]
    public void Members_that_are_missing_null_or_empty_are_made(string spec)
    {
        var edited = Edited(spec);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(edited["linux"]!["devices"]!.AsArray(), Has.Count.EqualTo(2));
            Assert.That(edited["linux"]!["resources"]!["devices"]!.AsArray(), Has.Count.EqualTo(2));
            Assert.That(edited["mounts"]!.AsArray(), Has.Count.EqualTo(2));
            Assert.That(edited["process"]!["user"]!["additionalGids"]!.AsArray(), Has.Count.EqualTo(1));
            Assert.That(edited["hooks"]!["createRuntime"]!.AsArray(), Has.Count.EqualTo(1));
            Assert.That(Applied(edited.ToJsonString()), Is.EqualTo(Applied(Applied(edited.ToJsonString()))));
        }
    }

    [Test]
    public void Members_that_nobody_knows_survive()
    {
        var spec = Plain.Replace("\"ociVersion\"", "\"x-vendor\": {\"deep\": [1.50, 1e400, \"\\ud800\", \"\\u0000\", null]},\n    \"ociVersion\"", StringComparison.Ordinal)
            .Replace("\"type\": \"proc\"", "\"x\": {}, \"type\": \"proc\"", StringComparison.Ordinal);

        Assert.That(Applied(spec), Does.Contain("\"x-vendor\": {\"deep\": [1.50, 1e400, \"\\ud800\", \"\\u0000\", null]},\n").And.Contain("\"x\": {}, \"type\": \"proc\""));
    }

    [TestCase("{\"path\":\"/dev/nvidia3\",\"type\":\"c\",\"major\":1,\"minor\":1}", "1:1 226:132")]
    [TestCase("{\"path\":\"/dev/null\",\"type\":\"c\",\"major\":1,\"minor\":3}", "1:3 195:3 226:132")]
    public void A_node_that_is_there_already_is_not_doubled(string device, string expected)
    {
        var devices = Edited($"{{\"linux\":{{\"devices\":[{device}]}}}}")["linux"]!["devices"]!.AsArray();

        Assert.That(string.Join(' ', devices.Select(node => $"{node!["major"]}:{node["minor"]}")), Is.EqualTo(expected));
    }

    [TestCase("{\"allow\":true,\"type\":\"c\",\"major\":195,\"minor\":3,\"access\":\"rw\"}", 1)]
    [TestCase("{\"allow\":true,\"type\":\"c\",\"major\":195,\"minor\":3,\"access\":\"rwm\"}", 1)]
    [TestCase("{\"allow\":false,\"type\":\"c\",\"major\":195,\"minor\":3,\"access\":\"rw\"}", 2)]
    [TestCase("{\"allow\":true,\"type\":\"c\",\"major\":195,\"minor\":3,\"access\":\"r\"}", 2)]
    [TestCase("{\"allow\":true,\"type\":\"b\",\"major\":195,\"minor\":3,\"access\":\"rwm\"}", 2)]
    [TestCase("{\"allow\":true,\"type\":\"c\",\"major\":195,\"access\":\"rwm\"}", 2)]
    public void A_rule_counts_as_there_only_if_it_lets_the_node_be_opened(string rule, int added)
    {
        var rules = Edited($"{{\"linux\":{{\"resources\":{{\"devices\":[{rule}]}}}}}}")["linux"]!["resources"]!["devices"]!.AsArray();

        Assert.That(rules, Has.Count.EqualTo(1 + added));
    }

    [Test]
    public void A_rule_that_is_denied_again_behind_it_is_given_once_more()
    {
        var rules = Edited("""{"linux":{"resources":{"devices":[{"allow":true,"type":"c","major":195,"minor":3,"access":"rw"},{"allow":false,"access":"rwm"}]}}}""")
            ["linux"]!["resources"]!["devices"]!.AsArray();

        Assert.That(rules.Skip(2).Select(rule => (int)rule!["major"]!), Does.Contain(195));
    }

    [Test]
    public void A_mount_of_another_source_at_the_place_stays_in_front_of_ours()
    {
        var mounts = Edited("{\"mounts\":[{\"destination\":\"/run/socket\",\"source\":\"/mine\",\"type\":\"bind\"}]}")["mounts"]!.AsArray();

        Assert.That(mounts.Where(mount => mount!["destination"]!.GetValue<string>() == "/run/socket").Select(mount => mount!["source"]!.GetValue<string>()),
            Is.EqualTo((string[])["/mine", "/driver/run/socket"]));
    }

    [TestCase("[110]", "110")]
    [TestCase("[5,110]", "5 110")]
    [TestCase("[5]", "5 110")]
    [TestCase("[1100]", "1100 110")]
    public void A_group_comes_once(string gids, string expected)
    {
        var edited = Edited($"{{\"process\":{{\"user\":{{\"additionalGids\":{gids}}}}}}}")["process"]!["user"]!["additionalGids"]!.AsArray();

        Assert.That(string.Join(' ', edited.Select(gid => $"{gid}")), Is.EqualTo(expected));
    }

    [TestCase("{\"linux\":[]}", "linux")]
    [TestCase("{\"linux\":{\"devices\":{}}}", "linux.devices")]
    [TestCase("{\"linux\":{\"resources\":{\"devices\":\"all\"}}}", "linux.resources.devices")]
    [TestCase("{\"mounts\":{}}", "mounts")]
    [TestCase("{\"process\":\"sh\"}", "process")]
    [TestCase("{\"process\":{\"user\":0}}", "process.user")]
    [TestCase("{\"process\":{\"user\":{\"additionalGids\":110}}}", "process.user.additionalGids")]
    public void A_member_of_the_wrong_kind_is_refused_by_name(string spec, string member) =>
        Assert.That(Refusal.Of(ErrorCode.SpecUnexpectedShape, () => Applied(spec)), Does.Contain("/bundle/config.json").And.Contain($"{member} is not an"));

    [Test]
    public void Strange_items_of_arrays_do_not_disturb()
    {
        var edited = Edited("{\"linux\":{\"devices\":[1,null,{\"path\":7}],\"resources\":{\"devices\":[[],\"x\",{\"allow\":\"yes\"}]}},\"mounts\":[null,{}],\"process\":{\"env\":[1,null,\"\\ud800\"]}}");

        Assert.That(edited["linux"]!["devices"]!.AsArray(), Has.Count.EqualTo(5));
    }

    [Test]
    public void Paths_with_quotes_and_other_letters_are_written_so_that_they_read_back()
    {
        const string path = "/dri\"ver/ü/日本/\\/<&>";
        var edits = new ContainerEdits { Mounts = [new ContainerMount(path, path, ContainerMount.ReadOnly)] };

        JsonNode mount = Edited("{}", edits)["mounts"]![0]!;

        Assert.That(mount["source"]!.GetValue<string>(), Is.EqualTo(path));
    }
}

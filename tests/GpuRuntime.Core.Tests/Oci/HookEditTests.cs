using GpuRuntime.Core.Edits;
using static GpuRuntime.Core.Tests.Oci.SpecBuilder;

namespace GpuRuntime.Core.Tests.Oci;

/// <summary>Hooks: ours is safe to run, others that would inject a second time go, and everybody else's stay.</summary>
public sealed class HookEditTests
{
    private const string Docker = "{\"path\":\"/usr/bin/nvidia-container-runtime-hook\",\"args\":[\"nvidia-container-runtime-hook\",\"prestart\"],\"env\":[\"PATH=/bin\"]}";
    private const string Other = "{\"path\":\"/proc/4711/exe\",\"args\":[\"libnetwork-setkey\",\"-exec-root=/var/run/docker\"]}";

    [TestCase("/usr/bin/nvidia-container-runtime-hook")]
    [TestCase("/usr/local/nvidia/toolkit/nvidia-container-runtime-hook")]
    [TestCase("nvidia-container-runtime-hook")]
    [TestCase("/usr/bin/nvidia-container-toolkit")]
    [TestCase("/usr/local/bin/gpu-runtime-hook")]
    public void A_hook_that_would_inject_a_second_time_is_removed(string program)
    {
        var spec = $"{{\"hooks\":{{\"prestart\":[{Other},{{\"path\":\"{program}\"}}],\"createRuntime\":[{{\"path\":\"{program}\"}},{Other}]}}}}";

        var hooks = Edited(spec, ContainerEdits.Empty)["hooks"]!;

        using (Assert.EnterMultipleScope())
        {
            Assert.That(hooks["prestart"]!.AsArray().Select(hook => hook!["path"]!.GetValue<string>()), Is.EqualTo((string[])["/proc/4711/exe"]));
            Assert.That(hooks["createRuntime"]!.AsArray().Select(hook => hook!["path"]!.GetValue<string>()), Is.EqualTo((string[])["/proc/4711/exe"]));
        }
    }

    [Test]
    public void Dockers_hook_alone_leaves_an_empty_list() =>
        Assert.That(Applied($"{{\"hooks\": {{\"prestart\": [ {Docker} ]}} }}", ContainerEdits.Empty), Is.EqualTo("{\"hooks\": {\"prestart\": []} }"));

    [TestCase("prestart", "/usr/bin/my-nvidia-container-runtime-hook")]
    [TestCase("prestart", "/opt/nvidia-container-runtime-hook/run")]
    [TestCase("createContainer", "/usr/bin/nvidia-cdi-hook")]
    [TestCase("poststop", "/usr/bin/nvidia-container-runtime-hook")]
    public void Other_hooks_and_other_stages_are_left_alone(string stage, string program)
    {
        var spec = $"{{\"hooks\": {{ \"{stage}\": [ {{ \"path\": \"{program}\" }} ]}} }}";

        Assert.That(Applied(spec, ContainerEdits.Empty), Is.EqualTo(spec));
    }

    [Test]
    public void Our_hook_runs_in_the_hosts_namespaces_with_a_time_limit_and_an_environment_of_its_own()
    {
        var hook = Edited(Plain)["hooks"]!["createRuntime"]!.AsArray().Single()!;

        using (Assert.EnterMultipleScope())
        {
            Assert.That(hook["path"]!.GetValue<string>(), Is.EqualTo("/usr/bin/gpu-runtime"));
            Assert.That(hook["args"].Texts(), Is.EqualTo((string[])["gpu-runtime", "mask-nvidia-params", "/proc/driver/nvidia/params", "/bundle/rootfs"]));
            Assert.That(hook["env"]!.AsArray(), Is.Not.Empty, "an absent or empty one inherits the image's (CVE-2025-23266)");
            Assert.That(hook["timeout"]!.GetValue<int>(), Is.GreaterThan(0));
        }
    }

    [Test]
    public void Our_hook_is_left_out_where_its_capability_is_not_to_be_had()
    {
        var spec = Plain.Replace(", \"CAP_MKNOD\"", "", StringComparison.Ordinal);

        Assert.That(Edited(spec)["hooks"], Is.Null);
    }

    [Test]
    public void Our_hook_comes_behind_those_that_are_there()
    {
        var hooks = Edited(Plain.Replace("\"root\":", $"\"hooks\": {{\"createRuntime\": [{Other}]}}, \"root\":", StringComparison.Ordinal))["hooks"]!["createRuntime"]!.AsArray();

        Assert.That(hooks.Select(hook => hook!["args"]![0]!.GetValue<string>()), Is.EqualTo((string[])["libnetwork-setkey", "gpu-runtime"]));
    }

    [Test]
    public void No_hook_of_ours_runs_inside_the_container()
    {
        var hooks = Edited(Plain)["hooks"]!.AsObject();

        Assert.That(hooks.Select(stage => stage.Key), Is.EqualTo((string[])["createRuntime"]));
    }

    [Test]
    public void Hooks_of_strange_kinds_are_the_low_level_runtimes_to_report()
    {
        const string spec = "{\"hooks\":{\"prestart\":[1,null,{},{\"path\":null},{\"path\":\"\"}]}}";

        Assert.That(Applied(spec, ContainerEdits.Empty), Is.EqualTo(spec));
    }
}

using System.Text;
using GpuRuntime.Core.Engines;
using GpuRuntime.Core.Errors;

namespace GpuRuntime.Core.Tests.Engines;

/// <summary>Files that are wrong, or that somebody else's gpu-runtime is in: refused with a sentence, and as they were.</summary>
public sealed class RefusedConfigurationTests
{
    private const string Cri = "plugins.\"io.containerd.grpc.v1.cri\"";

    [TestCase("{", "line 1")]
    [TestCase("{\n  \"debug\": true,\n}", "line 3")]
    [TestCase("{\n  // why\n  \"debug\": true\n}", "line 2")]
    [TestCase("{\"debug\": true} {}", "line 1")]
    [TestCase("{\n\"runtimes\": {},\n\"runtimes\": {}\n}", "\"runtimes\" twice")]
    [TestCase("[]", "not a JSON object")]
    [TestCase("null", "not a JSON object")]
    [TestCase("{\"runtimes\": []}", "runtimes is not an object")]
    [TestCase("{\"runtimes\": {}, \"features\": \"cdi\"}", "features is not an object")]
    [TestCase("version = 2", "line 1")]
    public void JSON_that_dockerd_would_not_take_is_told_with_its_place(string content, string named) =>
        Assert.That(Refused(EngineKind.Docker, ErrorCode.EngineConfigurationInvalid, content), Does.Contain(named));

    [TestCase("{\"runtimes\": {\"gpu-runtime\": {\"path\": \"/usr/bin/other\"}}}", "\"/usr/bin/other\"")]
    [TestCase("{\"runtimes\": {\"gpu-runtime\": {\"path\": \"/usr/bin/gpu-runtime-wrapper\"}}}", "gpu-runtime-wrapper")]
    [TestCase("{\"runtimes\": {\"gpu-runtime\": {\"runtimeType\": \"io.containerd.kata.v2\"}}}", "another program")]
    [TestCase("{\"runtimes\": {\"gpu-runtime\": null}}", "another program")]
    public void Another_program_of_our_name_keeps_it_in_Docker(string content, string named) =>
        Assert.That(Refused(EngineKind.Docker, ErrorCode.EngineConfigurationTaken, content), Does.Contain(named).And.Contain("remove that entry first"));

    [TestCase("{}", "line 1")]
    [TestCase("version = 2\n[plugins\n", "line 2")]
    [TestCase("version = 2\nversion = 2\n", "line 2")]
    [TestCase("version = 2\n[plugins]\n[plugins]\n", "line 3")]
    [TestCase("version = 2\nroot = /var/lib/containerd\n", "line 2")]
    [TestCase("version = 5\n", "version is none of 1 to 4")]
    [TestCase("version = \"2\"\n", "version is none of 1 to 4")]
    [TestCase("version = 3\nimports = \"/etc/containerd/more.toml\"\n", "imports is not an array")]
    [TestCase("version = 2\n# BEGIN gpu-runtime\n[a]\n", "# END gpu-runtime")]
    [TestCase($"version = 2\n[{Cri}]\n  containerd = {{ snapshotter = \"native\" }}\n", "inline table")]
    [TestCase($"version = 2\n[{Cri}.containerd]\n  runtimes = {{ runc = {{ runtime_type = \"io.containerd.runc.v2\" }} }}\n", "inline table")]
    public void TOML_that_cannot_be_extended_is_told_with_its_place(string content, string named) =>
        Assert.That(Refused(EngineKind.Containerd, ErrorCode.EngineConfigurationInvalid, content), Does.Contain(named));

    [TestCase($"version = 2\n[{Cri}.containerd.runtimes.gpu-runtime]\n  runtime_type = \"io.containerd.runc.v2\"\n", "another program")]
    [TestCase($"version = 2\n[{Cri}.containerd.runtimes.gpu-runtime.options]\n  BinaryName = \"/usr/bin/other\"\n", "\"/usr/bin/other\"")]
    [TestCase($"version = 2\n[{Cri}.containerd.runtimes]\n  gpu-runtime = {{ options = {{ BinaryName = '/usr/bin/other' }} }}\n", "\"/usr/bin/other\"")]
    [TestCase("[plugins.cri.containerd.runtimes.gpu-runtime.options]\n  BinaryName = \"/usr/bin/other\"\n", "\"/usr/bin/other\"")]
    [TestCase("version = 3\n[plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.gpu-runtime.options]\n  BinaryName = '/usr/bin/other'\n", "\"/usr/bin/other\"")]
    public void Another_program_of_our_name_keeps_it_in_containerd(string content, string named) =>
        Assert.That(Refused(EngineKind.Containerd, ErrorCode.EngineConfigurationTaken, content), Does.Contain(named).And.Contain("remove that entry first"));

    [Test]
    public void Another_program_of_our_name_keeps_it_in_CRIO_and_podman()
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                Refused(EngineKind.Crio, ErrorCode.EngineConfigurationTaken, "[crio.runtime.runtimes.gpu-runtime]\nruntime_path = \"/usr/bin/other\"\n"), Does.Contain("\"/usr/bin/other\""));
            Assert.That(
                Refused(EngineKind.Podman, ErrorCode.EngineConfigurationTaken, "[engine.runtimes]\ngpu-runtime = [\"/usr/bin/other\"]\n"), Does.Contain("\"/usr/bin/other\""));
        }
    }

    [TestCase(EngineKind.Docker)]
    [TestCase(EngineKind.Containerd)]
    [TestCase(EngineKind.Crio)]
    [TestCase(EngineKind.Podman)]
    public void Text_that_is_not_UTF8_is_refused(EngineKind kind)
    {
        Assert.That(Refused(kind, ErrorCode.EngineConfigurationInvalid, Encoding.Unicode.GetBytes("\ufeff{}")), Does.Contain("UTF-8"));
        Assert.That(Refused(kind, ErrorCode.EngineConfigurationInvalid, [.. "# "u8, 0xff]), Does.Contain("UTF-8"));
    }

    // In containerd 1.x, the file that is read last has the whole of a plugin's section.
    [TestCase("2", Cri, true)]
    [TestCase("1", "plugins.cri", true)]
    [TestCase("2", "plugins.\"io.containerd.gc.v1.scheduler\"", false)]
    [TestCase("3", "plugins.'io.containerd.cri.v1.runtime'", false)]
    public void A_file_of_which_another_has_the_Kubernetes_settings_is_not_the_one_to_edit_before_version_3(string version, string section, bool isRefused)
    {
        const string other = "/etc/containerd/conf.d/50-other.toml";
        var directory = new EngineDirectory(EngineKind.Containerd) { Main = Bytes($"version = {version}\nimports = [\"conf.d/*.toml\"]\n") };
        directory[other] = Bytes($"version = {version}\n[{section}]\n  enable_selinux = true\n");

        if (isRefused)
            Assert.That(Refusal.Of(ErrorCode.EngineConfigurationTaken, () => directory.Configure()), Does.Contain(other).And.Contain("--file"));
        else
            Assert.That(directory.Configure().Changes, Is.Not.Empty);
    }

    private static string Refused(EngineKind kind, ErrorCode code, string content) => Refused(kind, code, Bytes(content));

    private static string Refused(EngineKind kind, ErrorCode code, byte[] content)
    {
        var directory = new EngineDirectory(kind) { Main = content };

        var sentence = Refusal.Of(code, () => directory.Configure(isDefault: true, cdi: true));

        Assert.That(directory.Main, Is.EqualTo(content));
        Assert.That(directory.Paths, Has.Exactly(1).Items);
        Assert.That(sentence, Does.Contain(directory.MainPath).And.Contain("stays as it is"));
        return sentence;
    }

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);
}

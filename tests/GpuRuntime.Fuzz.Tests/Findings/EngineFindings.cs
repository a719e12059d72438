using System.Text;
using GpuRuntime.Core.Engines;
using GpuRuntime.Core.Errors;

namespace GpuRuntime.Fuzz.Tests.Findings;

/// <summary>What fuzzing has found in engines' configuration files.</summary>
public sealed class EngineFindings
{
    private const string Path = "/etc/containers/containers.conf.d/99-gpu-runtime.conf";

    [TestCase("a = \"\\")]
    [TestCase("a = \"\\Ud800")]
    [TestCase("a = \"\\x\u001b[2J\"\n")]
    [TestCase("\u001b[31m\n")]
    public void A_file_that_is_no_TOML_is_refused_in_one_line(string text)
    {
        var refusal = Assert.Throws<GpuRuntimeException>(() => EngineConfiguration.Configure(EngineKind.Podman, [new EngineFile(Path, Encoding.UTF8.GetBytes(text), null)], new EngineOptions("/usr/bin/gpu-runtime")))!;

        using (Assert.EnterMultipleScope())
        {
            Assert.That(refusal.Code, Is.EqualTo(ErrorCode.EngineConfigurationInvalid));
            Assert.That(refusal.Message, Does.StartWith(Path).And.EndsWith("it stays as it is.").And.None.Matches<char>(char.IsControl));
        }
    }
}

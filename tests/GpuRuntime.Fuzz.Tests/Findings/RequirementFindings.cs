using GpuRuntime.Core.Errors;
using GpuRuntime.Core.Requests;
using GpuRuntime.Core.Vendors.Nvidia;

namespace GpuRuntime.Fuzz.Tests.Findings;

/// <summary>What fuzzing has found in what an image says that it needs.</summary>
public sealed class RequirementFindings
{
    [TestCase("NVIDIA_REQUIRE_\u001b[2J=guda>12")]
    [TestCase("NVIDIA_REQUIRE_A\nGRT1000: all is well=cuda>99")]
    public void A_variable_whose_name_has_a_terminals_escapes_prints_none_of_them(string variable)
    {
        var refusal = Assert.Throws<GpuRuntimeException>(() => Requirements.Check(
            new ContainerEnvironment([variable]), new NvidiaDriver(DottedVersion.Parse("550.163.01")!, DottedVersion.Parse("12.4"), IsOpenModule: false, ModifyDeviceFiles: true)))!;

        Assert.That(refusal.Message, Has.None.Matches<char>(char.IsControl));
    }
}

using GpuRuntime.Core.Requests;
using GpuRuntime.Core.Vendors.Nvidia;
using GpuRuntime.Fuzz.Tests.Inputs;

namespace GpuRuntime.Fuzz.Tests.Targets;

/// <summary>What an image needs: lines of variables, <c>NVIDIA_REQUIRE_*</c> and those beside it.</summary>
internal static class RequirementTarget
{
    private static readonly NvidiaDriver[] Drivers = [Driver("550.163.01", "12.4"), Driver("418.40.04", null)];

    public static void Run(ReadOnlySpan<byte> input)
    {
        var environment = new ContainerEnvironment(InputText.Of(input).Split('\n'));
        foreach (var driver in Drivers)
            Requirements.Check(environment, driver);
    }

    private static NvidiaDriver Driver(string version, string? cuda) => new(DottedVersion.Parse(version)!, DottedVersion.Parse(cuda), IsOpenModule: false, ModifyDeviceFiles: true);
}

using GpuRuntime.Core.Errors;

namespace GpuRuntime.Core.Tests.Errors;

public sealed class ErrorCodeTests
{
    // Scripts and documentation go by these numbers: one that is changed or used again breaks them.
    [TestCase(ErrorCode.Unexpected, 1000)]
    [TestCase(ErrorCode.ConfigurationUnreadable, 1101)]
    [TestCase(ErrorCode.ConfigurationInvalid, 1102)]
    [TestCase(ErrorCode.LowLevelRuntimeMissing, 1201)]
    [TestCase(ErrorCode.LowLevelRuntimeNotExecutable, 1202)]
    [TestCase(ErrorCode.BundleUnreadable, 1301)]
    [TestCase(ErrorCode.SpecUnreadable, 1302)]
    [TestCase(ErrorCode.SpecTooLarge, 1303)]
    [TestCase(ErrorCode.SpecInvalid, 1304)]
    [TestCase(ErrorCode.SpecUnwritable, 1305)]
    [TestCase(ErrorCode.SpecUnexpectedShape, 1306)]
    [TestCase(ErrorCode.RequestInvalid, 2001)]
    [TestCase(ErrorCode.GpuNotFound, 2002)]
    [TestCase(ErrorCode.NoGpu, 2003)]
    [TestCase(ErrorCode.CapabilityUnknown, 2004)]
    [TestCase(ErrorCode.RequirementInvalid, 2005)]
    [TestCase(ErrorCode.RequirementUnmet, 2006)]
    [TestCase(ErrorCode.LimitUnavailable, 2007)]
    [TestCase(ErrorCode.RequestUnsupported, 2008)]
    [TestCase(ErrorCode.DriverNotLoaded, 3001)]
    [TestCase(ErrorCode.DriverFilesMissing, 3002)]
    [TestCase(ErrorCode.DeviceNodeMissing, 3003)]
    [TestCase(ErrorCode.RootfsUnwritable, 4001)]
    [TestCase(ErrorCode.RootfsHostile, 4002)]
    [TestCase(ErrorCode.StateUnwritable, 4003)]
    [TestCase(ErrorCode.KernelTooOld, 4004)]
    [TestCase(ErrorCode.HookFailed, 4005)]
    [TestCase(ErrorCode.HookStateInvalid, 4006)]
    [TestCase(ErrorCode.ContainerProcessMissing, 4007)]
    [TestCase(ErrorCode.DeviceCgroupUnchangeable, 4008)]
    [TestCase(ErrorCode.KubernetesUnsuitable, 5401)]
    [TestCase(ErrorCode.KubernetesRefused, 5402)]
    public void A_code_keeps_its_number(ErrorCode code, int number) => Assert.That((int)code, Is.EqualTo(number));

    [Test]
    public void The_line_that_a_user_reads_begins_with_the_code_and_is_one_line() =>
        Assert.That(new GpuRuntimeException(ErrorCode.GpuNotFound, "no\nsuch \u001b[31mGPU").UserLine, Is.EqualTo("GRT2002: no?such ?[31mGPU"));
}

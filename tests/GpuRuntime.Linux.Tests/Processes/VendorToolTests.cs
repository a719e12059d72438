using GpuRuntime.Core.Errors;
using GpuRuntime.Linux.Processes;

namespace GpuRuntime.Linux.Tests.Processes;

public sealed class VendorToolTests : DirectoryFixture
{
    [Test]
    public void What_it_prints_is_read_whole() => Assert.That(VendorTool.Read("/bin/sh", [], "-c", "yes 0123456789 | head -c 300000"), Has.Length.EqualTo(300000));

    [Test]
    public void It_gets_its_arguments_and_our_environment()
    {
        Environment.SetEnvironmentVariable("GPU_RUNTIME_TEST", "here");

        Assert.That(VendorTool.Read("/bin/sh", [], "-c", "echo $0-$1-$GPU_RUNTIME_TEST", "a b", "c"), Is.EqualTo("a b-c-here\n"));
    }

    [Test]
    public void Directories_of_its_libraries_are_told_to_the_loader() =>
        Assert.That(VendorTool.Read("/bin/sh", ["/a", "/b"], "-c", "echo $LD_LIBRARY_PATH"), Is.EqualTo("/a:/b\n"));

    [TestCase("echo no driver >&2; exit 9", "status 9", "no driver")]
    [TestCase("kill -9 $$", "status 137", "-c")]
    public void A_failure_tells_its_status_and_what_it_said(string script, string status, string said) =>
        Assert.That(Refusal.Of(ErrorCode.VendorToolFailed, () => VendorTool.Read("/bin/sh", [], "-c", script)), Does.Contain(status).And.Contain(said));

    [Test]
    public void What_is_no_program_is_named()
    {
        Temporary.Write("tool", "text");

        using (Assert.EnterMultipleScope())
        {
            Assert.That(Refusal.Of(ErrorCode.VendorToolFailed, () => VendorTool.Read(Temporary.Combine("tool"), [])), Does.Contain(Temporary.Combine("tool")));
            Assert.That(Refusal.Of(ErrorCode.VendorToolFailed, () => VendorTool.Read(Temporary.Combine("missing"), [])), Does.Contain("missing"));
        }
    }
}

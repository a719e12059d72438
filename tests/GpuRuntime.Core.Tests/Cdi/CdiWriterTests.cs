using System.Text;
using GpuRuntime.Core.Cdi;
using GpuRuntime.Core.Cdi.Text;
using GpuRuntime.Core.Errors;

namespace GpuRuntime.Core.Tests.Cdi;

/// <summary>What people find in the file, whole in Golden/.</summary>
public sealed class CdiWriterTests
{
    [TestCase(CdiFormat.Yaml, "full.yaml")]
    [TestCase(CdiFormat.Json, "full.json")]
    public void A_specification_with_every_field_is_the_one_on_file(CdiFormat format, string name) =>
        Assert.That(Encoding.UTF8.GetString(CdiWriter.Write(FullSpec.Spec, format)), Is.EqualTo(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Cdi/Golden", name))));

    [TestCase("full.yaml")]
    [TestCase("full.json")]
    public void A_file_with_every_field_is_read_whole(string name) =>
        Assert.That(CdiText.Of(CdiReader.Read(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Cdi/Golden", name)), name)), Is.EqualTo(CdiText.Of(FullSpec.Spec)));

    [Test]
    public void A_specification_that_no_engine_would_read_is_not_written() =>
        Assert.That(
            Refusal.Of(ErrorCode.CdiSpecInvalid, () => CdiWriter.Write(FullSpec.Spec with { Version = CdiVersion.HostPaths, Kind = "example.com" }, CdiFormat.Yaml)),
            Does.Contain("The CDI specification for \"example.com\" has 5 problems").And.Contain("kind must be a vendor and a class").And.Contain("additionalGids cannot be said before version 0.7.0 of CDI"));
}

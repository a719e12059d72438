using GpuRuntime.Core.DockerCommand;

namespace GpuRuntime.Core.Tests.DockerCommand;

public sealed class ApiVersionTests
{
    [TestCase("1.41 1.41\n", false)]
    [TestCase("1.43 1.43\n", true)]
    [TestCase("1.50 1.50", true)]
    [TestCase("1.41 1.50", false, Description = "an old command line")]
    [TestCase("1.50 1.42", false, Description = "an old daemon")]
    [TestCase("2.0 2.0", true)]
    [TestCase("4.3.1 4.3.1", true, Description = "podman, called docker")]
    [TestCase("", null)]
    [TestCase("1.43", null)]
    [TestCase("1.43 <no value>", null)]
    [TestCase("one two", null)]
    public void Annotations_need_a_command_line_and_a_daemon_that_know_them(string answer, bool? expected) =>
        Assert.That(ApiVersion.KnowAnnotations(answer), Is.EqualTo(expected));
}

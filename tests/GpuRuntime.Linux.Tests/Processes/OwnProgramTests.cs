using System.Text;
using GpuRuntime.Core.Errors;
using GpuRuntime.Linux.Processes;

namespace GpuRuntime.Linux.Tests.Processes;

public sealed class OwnProgramTests
{
    [Test]
    public void The_path_is_that_of_the_running_executable() =>
        Assert.That(OwnProgram.Path, Is.EqualTo(new FileInfo("/proc/self/exe").ResolveLinkTarget(returnFinalTarget: true)!.FullName));

    [Test]
    public void Without_a_user_namespace_of_somebodys_there_is_none()
    {
        if (!File.ReadAllText("/proc/self/uid_map").Contains(" 4294967295", StringComparison.Ordinal))
            Assert.Ignore("the tests themselves run in a user namespace");

        using (Assert.EnterMultipleScope())
        {
            Assert.That(OwnProgram.IsInUserNamespace, Is.False);
            Assert.That(ChildProgram.AskUserNamespace("env"), Is.EqualTo("False"));
        }
    }

    [TestCase("--map-root-user")]
    [TestCase("--user")]
    public void In_a_user_namespace_there_is_one(string option)
    {
        if (Command.Try("unshare", option, "true").Status != 0)
            Assert.Ignore("this machine lets nobody make a user namespace");

        Assert.That(ChildProgram.AskUserNamespace("unshare", option), Is.EqualTo("True"));
    }

    [Test]
    public void The_low_level_runtime_is_the_same_process_with_the_same_arguments_and_environment()
    {
        var lines = ChildProgram.BecomeProgram("GRT_TEST=kept", "/bin/sh", "-c", "echo $$; printf '%s\\n' \"$GRT_TEST\" \"$0\" \"$@\"", "a b", "", "ü\"'").Split('\n');

        using (Assert.EnterMultipleScope())
        {
            Assert.That(lines[1], Is.EqualTo(lines[0]), "the process id");
            Assert.That(lines[2..], Is.EqualTo((string[])["kept", "a b", "", "ü\"'"]));
        }
    }

    [Test]
    public void What_is_no_program_returns_with_a_sentence() =>
        Assert.That(
            Refusal.Of(ErrorCode.LowLevelRuntimeNotExecutable, () => LowLevelRuntime.Become("/etc/passwd", [Encoding.UTF8.GetBytes("create\0")])),
            Does.Contain("/etc/passwd").And.Contain("EACCES"));
}

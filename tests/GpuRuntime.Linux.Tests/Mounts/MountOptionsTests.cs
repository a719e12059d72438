using GpuRuntime.Core.Edits;
using GpuRuntime.Linux.Interop;
using GpuRuntime.Linux.Mounts;

namespace GpuRuntime.Linux.Tests.Mounts;

public sealed class MountOptionsTests
{
    [TestCase(Libc.MountReadOnly, "ro")]
    [TestCase(Libc.MountNoSuid, "nosuid")]
    [TestCase(Libc.MountNoDev, "nodev")]
    [TestCase(Libc.MountNoExec, "noexec")]
    [TestCase(0ul, "bind")]
    [TestCase(0ul)]
    [TestCase(0xful, "bind", "noexec", "nodev", "ro", "nosuid", "ro")]
    public void Known_options_are_attributes(ulong attributes, params string[] options) =>
        Assert.That(MountOptions.Attributes([.. options]), Is.EqualTo(attributes));

    [TestCase("rw")]
    [TestCase("rbind")]
    [TestCase("exec")]
    [TestCase("")]
    [TestCase("RO")]
    [TestCase("shared")]
    public void An_option_that_we_do_not_know_is_a_fault_and_not_left_out(string option) =>
        Assert.That(() => MountOptions.Attributes(["ro", option]), Throws.ArgumentException.With.Message.Contains($"option {option} "));

    [Test]
    public void All_options_of_edits_are_known()
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(MountOptions.Attributes(ContainerMount.ReadOnly), Is.EqualTo(Libc.MountReadOnly | Libc.MountNoSuid | Libc.MountNoDev));
            Assert.That(MountOptions.Attributes(ContainerMount.Socket), Is.EqualTo(Libc.MountNoSuid | Libc.MountNoDev | Libc.MountNoExec));
        }
    }
}

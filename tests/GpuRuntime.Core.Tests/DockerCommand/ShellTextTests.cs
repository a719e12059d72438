using GpuRuntime.Core.DockerCommand;

namespace GpuRuntime.Core.Tests.DockerCommand;

public sealed class ShellTextTests
{
    [TestCase("docker run --gpus all image", "docker", "run", "--gpus", "all", "image")]
    [TestCase("--gpus '\"device=0,1\"'", "--gpus", "\"device=0,1\"")]
    [TestCase("-e A=1,b -v /a:/b", "-e", "A=1,b", "-v", "/a:/b")]
    [TestCase("''", "")]
    [TestCase("'$HOME' '*' '~' '#' 'a b' '!' '{a,b}'", "$HOME", "*", "~", "#", "a b", "!", "{a,b}")]
    [TestCase("'print('\\''a'\\'')'", "print('a')")]
    [TestCase("'first\nsecond\n'", "first\nsecond\n")]
    public void Words_are_quoted_where_a_shell_would_read_them_otherwise(string expected, params string[] words) =>
        Assert.That(ShellText.Of(words), Is.EqualTo(expected));
}

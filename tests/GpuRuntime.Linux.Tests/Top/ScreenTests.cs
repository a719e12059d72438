using System.Text;
using GpuRuntime.Agent.Top.Live;

namespace GpuRuntime.Linux.Tests.Top;

public sealed class ScreenTests : IDisposable
{
    private readonly List<string> _sent = [];
    private Screen? _screen;

    private Screen Screen => _screen!;

    [SetUp]
    public void Enter()
    {
        _sent.Clear();
        _screen = new Screen(data => _sent.Add(Encoding.UTF8.GetString(data)));
        _screen.Enter();
    }

    public void Dispose() => _screen?.Dispose();

    [Test]
    public void Only_lines_that_have_changed_are_sent_in_one_write()
    {
        Screen.Show(["a", "b", "c"]);
        _sent.Clear();

        Screen.Show(["a", "B", "c"]);
        Screen.Show(["a", "B", "c"]);

        Assert.That(_sent, Is.EqualTo((string[])["\e[2;1H\e[2KB\e[0m"]));
    }

    [Test]
    public void Another_size_has_every_line_sent()
    {
        Screen.Show(["a", "b", "c"]);
        _sent.Clear();

        Screen.Show(["a", "b"]);

        Assert.That(_sent.Single(), Does.StartWith("\e[2J").And.Contain("a").And.Contain("b"));
    }

    [Test]
    public void The_first_screen_comes_back_with_cursor_and_wrapping_once()
    {
        Screen.Show(["a"]);
        Screen.Leave();
        Screen.Leave();
        Screen.Show(["after"]);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(_sent[0], Does.Contain("\e[?1049h").And.Contain("\e[?25l").And.Contain("\e[?7l"));
            Assert.That(_sent[^1], Does.Contain("\e[?1049l").And.Contain("\e[?25h").And.Contain("\e[?7h"));
            Assert.That(_sent, Has.Count.EqualTo(3));
        }
    }

    [Test]
    public void Back_again_everything_is_drawn_anew()
    {
        Screen.Show(["a"]);
        Screen.Leave();
        Screen.Enter();
        _sent.Clear();

        Screen.Show(["a"]);

        Assert.That(_sent.Single(), Does.Contain("a"));
    }
}

using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace GpuRuntime.Agent.Top.Live;

/// <summary>
/// The terminal's second screen, which leaves the first one as it was. Only lines that have changed are sent, all of them in one write, so that
/// nothing flickers. https://invisible-island.net/xterm/ctlseqs/ctlseqs.html
/// </summary>
/// <param name="write">Writes to the terminal.</param>
internal sealed class Screen(Action<byte[]> write) : IDisposable
{
    // No wrapping: a name that takes other columns than was counted spoils its own line alone.
    private const string EnterSequence = "\e[?1049h\e[?25l\e[?7l\e[2J";

    // The last two are keys' modes that the runtime library may have set for a terminal that it wrote to.
    private const string LeaveSequence = "\e[0m\e[?7h\e[?25h\e[?1049l\e[?1l\e>";

    private readonly StringBuilder _changes = new();
    private ImmutableArray<string> _shown = [];
    private bool _isEntered;

    public void Enter()
    {
        if (_isEntered)
            return;
        _isEntered = true;
        _shown = [];
        Send(EnterSequence);
    }

    public void Leave()
    {
        if (!_isEntered)
            return;
        _isEntered = false;
        Send(LeaveSequence);
    }

    /// <summary>The next <see cref="Show"/> sends every line: the terminal's size has changed.</summary>
    public void Forget() => _shown = [];

    /// <param name="lines">As many as the terminal has, none wider than it.</param>
    public void Show(ImmutableArray<string> lines)
    {
        if (!_isEntered)
            return;
        _changes.Clear();
        if (_shown.Length != lines.Length)
        {
            _shown = [];
            _changes.Append("\e[2J");
        }

        for (var i = 0; i < lines.Length; i++)
        {
            if (!_shown.IsEmpty && _shown[i] == lines[i])
                continue;
            _changes.Append(CultureInfo.InvariantCulture, $"\e[{i + 1};1H\e[2K").Append(lines[i]).Append("\e[0m");
        }

        _shown = lines;
        if (_changes.Length > 0)
            Send(_changes.ToString());
    }

    public void Dispose() => Leave();

    private void Send(string text) => write(Encoding.UTF8.GetBytes(text));
}

using System.Diagnostics;
using System.Text;

namespace GpuRuntime.EndToEnd.Tests.Monitoring.Top;

/// <summary>A program that runs in a terminal of its own, as a shell would start it, and what one sees there.</summary>
internal sealed class ShownTop : IAsyncDisposable
{
    /// <summary>What was on the screen before.</summary>
    public const string Before = "$ gpu-runtime top";

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private readonly Lock _gate = new();
    private readonly PseudoTerminal _terminal;
    private readonly TerminalScreen _screen;
    private readonly Thread _reader;
    private readonly Process _process;
    private bool _isHungUp;

    private ShownTop(Command command, string prefix, int columns, int rows)
    {
        _terminal = new PseudoTerminal(columns, rows);
        _screen = new TerminalScreen(columns, rows);
        SettingsBefore = _terminal.Settings;
        _reader = new Thread(Read) { IsBackground = true, Name = "terminal" };
        _reader.Start();
        // In a session of its own, whose terminal this is: else Ctrl-C and a new size would reach nobody.
        _process = (Command.Of("/bin/sh", ["-c", """printf '%s\n' "$1" >"$0"; shift; exec setsid --ctty "$@" <>"$0" >&0 2>&0""", _terminal.Path, Before, command.Program, .. command.Arguments]) with
        {
            Environment = command.Environment.SetItem("NO_COLOR", command.Environment.GetValueOrDefault("NO_COLOR")).SetItem("TERM", "xterm-256color"),
        }).Start(prefix);
    }

    public int Id => _process.Id;

    public string SettingsBefore { get; }

    public string Settings => _terminal.Settings;

    public string[] Lines => See(static screen => screen.Lines);

    public static ShownTop Start(Command command, string prefix, int columns = 140, int rows = 40) => new(command, prefix, columns, rows);

    /// <summary>Something of the screen at one moment.</summary>
    public T See<T>(Func<TerminalScreen, T> look)
    {
        lock (_gate)
            return look(_screen);
    }

    /// <summary>The first screen of which something holds.</summary>
    public async Task<string[]> UntilAsync(Func<string[], bool> condition, string what)
    {
        for (var clock = Stopwatch.StartNew(); ; await Task.Delay(20))
        {
            var hasEnded = _process.HasExited;
            if (hasEnded)
                Settle();
            var lines = Lines;
            if (condition(lines))
                return lines;
            if (hasEnded || clock.Elapsed > Limit)
                Assert.Fail($"{(hasEnded ? $"It has ended with status {_process.ExitCode}" : "It does not come to this")}: {what}\n{string.Join('\n', lines)}");
        }
    }

    /// <summary>The first screen that has such a line.</summary>
    public Task<string[]> UntilAsync(string pattern) => UntilAsync(lines => lines.Any(line => System.Text.RegularExpressions.Regex.IsMatch(line, pattern)), pattern);

    public void Press(string keys) => _terminal.Send(Encoding.UTF8.GetBytes(keys));

    public void Resize(int columns, int rows)
    {
        lock (_gate)
        {
            _screen.Resize(columns, rows);
            _terminal.Resize(columns, rows);
        }
    }

    public async Task SignalAsync(string signal) => (await Command.Of("kill", $"-{signal}", $"{Id}").RunAsync()).EnsureSuccess();

    /// <summary>The terminal is gone, as when its window is closed.</summary>
    public void HangUp()
    {
        _isHungUp = true;
        _terminal.Dispose();
    }

    /// <returns>The exit status, once all that was written is on the screen.</returns>
    public async Task<int> EndAsync()
    {
        using var limit = new CancellationTokenSource(Limit);
        try
        {
            await _process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            Assert.Fail($"It does not end\n{string.Join('\n', Lines)}");
        }

        if (!_isHungUp)
            Settle();
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        await PrivateProcesses.StopAsync(_process);
        _process.Dispose();
        _terminal.Close();
        _reader.Join(Limit);
        _terminal.Dispose();
    }

    // What a program wrote last may still be on its way when it has ended.
    private void Settle()
    {
        var marks = See(static screen => screen.Marks);
        _terminal.Mark();
        Assert.That(() => See(static screen => screen.Marks), Is.GreaterThan(marks).After((int)Limit.TotalMilliseconds, 5));
    }

    private void Read()
    {
        var buffer = new byte[64 << 10];
        try
        {
            while (_terminal.Receive(buffer) is > 0 and var count)
            {
                lock (_gate)
                    _screen.Feed(buffer.AsSpan(0, count));
            }
        }
        catch (ObjectDisposedException)
        {
            // It was hung up.
        }
    }
}

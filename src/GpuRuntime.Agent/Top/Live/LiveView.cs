using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using GpuRuntime.Agent.Top.Input;
using GpuRuntime.Agent.Top.Sources;
using GpuRuntime.Agent.Top.View;
using GpuRuntime.Core.Errors;
using GpuRuntime.Linux.Interop;
using GpuRuntime.Linux.Terminals;

namespace GpuRuntime.Agent.Top.Live;

/// <summary>
/// Shows samples on the terminal until it is told to end, by a key or a signal; then, and whatever happens, the terminal is as it was. One thread
/// takes samples, one reads keys, and the caller's draws: a source that takes long holds up no key.
/// </summary>
internal sealed class LiveView : IDisposable
{
    private static readonly (int Columns, int Rows) UsualSize = (80, 24);
    private static readonly TimeSpan LongestFirstInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestEnd = TimeSpan.FromSeconds(1);
    private static readonly PosixSignal[] Endings = [PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP, PosixSignal.SIGQUIT];

    private readonly BlockingCollection<Func<TopState, TopState>> _changes = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly Trends _trends = new();
    private readonly Lock _terminal = new();
    private readonly List<PosixSignalRegistration> _signals = [];
    private readonly ISampleSource _source;
    private readonly TopArguments _arguments;
    private readonly Drawing _drawing;
    private readonly Screen _screen;
    private KeyMode? _keys;

    /// <param name="source">Stays the caller's.</param>
    public LiveView(ISampleSource source, TopArguments arguments, bool hasColors)
    {
        _source = source;
        _arguments = arguments;
        _drawing = new Drawing(hasStyles: true, hasColors);
        _screen = new Screen(data => Terminal.Write(data));
    }

    /// <returns>Whether nobody takes samples any more: then the source can be disposed of.</returns>
    public bool Run()
    {
        Thread? sampling = null;
        try
        {
            foreach (var signal in Endings)
                On(signal, () => _changes.Add(state => state with { IsOver = true }));
            On(PosixSignal.SIGWINCH, () => _changes.Add(Resized));
            On(PosixSignal.SIGTSTP, Suspend);
            On(PosixSignal.SIGCONT, () => _changes.Add(Continued));
            Enter();
            sampling = Start("samples", Sample);
            if (_keys is not null)
                Start("keys", () => KeyReader.Run(key => _changes.Add(state => state.Press(key)), _stop.Token));
            Loop();
        }
        finally
        {
            _stop.Cancel();
            foreach (var signal in _signals)
                signal.Dispose();
            Leave();
        }

        return sampling.Join(LongestEnd);
    }

    public void Dispose()
    {
        _drawing.Dispose();
        _screen.Dispose();
        _keys?.Dispose();
    }

    private void Loop()
    {
        var view = new TopView(_drawing, _trends);
        var state = new TopState { Source = _source.Name, Order = _arguments.Order, Filter = _arguments.Filter };
        Draw(view, state);
        while (!state.IsOver)
        {
            state = _changes.Take()(state);
            // What has come meanwhile is shown with it.
            if (!state.IsOver && _changes.Count == 0)
                Draw(view, state);
        }
    }

    private void Draw(TopView view, TopState state)
    {
        var (columns, rows) = Terminal.Size ?? UsualSize;
        var lines = view.Draw(state, columns, rows);
        lock (_terminal)
            _screen.Show(lines);
    }

    private void Sample()
    {
        var (isFirst, hasPast) = (true, false);
        while (!_stop.IsCancellationRequested)
        {
            var began = Environment.TickCount64;
            try
            {
                var sample = _source.Take();
                var past = hasPast ? HostPast.None : _source.Past();
                hasPast = true;
                _changes.Add(state =>
                {
                    _trends.Begin(past, sample, _arguments.Interval);
                    _trends.Add(sample);
                    return state.With(sample, null);
                });
            }
            catch (GpuRuntimeException exception)
            {
                _changes.Add(state => state.With(null, exception.Message));
            }

            // Differences are there from the second sample on: that one does not wait for a long interval.
            var rest = (isFirst && _arguments.Interval > LongestFirstInterval ? LongestFirstInterval : _arguments.Interval) - TimeSpan.FromMilliseconds(Environment.TickCount64 - began);
            isFirst = false;
            _stop.Token.WaitHandle.WaitOne(rest > TimeSpan.Zero ? rest : TimeSpan.Zero);
        }
    }

    private TopState Resized(TopState state)
    {
        lock (_terminal)
            _screen.Forget();
        return state;
    }

    private TopState Continued(TopState state)
    {
        Enter();
        return Resized(state);
    }

    private void Enter()
    {
        lock (_terminal)
        {
            if (_keys is null)
                _keys = KeyMode.TryEnter();
            else
                _keys.Enter();
            _screen.Enter();
        }
    }

    private void Leave()
    {
        lock (_terminal)
        {
            try
            {
                _screen.Leave();
            }
            catch (LinuxException)
            {
                // The terminal is gone, and with it what was to be mended.
            }

            _keys?.Leave();
        }
    }

    // The runtime library does not stop a program that has a handler for it.
    private void Suspend()
    {
        Leave();
        Terminal.Suspend();
        _changes.Add(Continued);
    }

    private void On(PosixSignal signal, Action action) => _signals.Add(PosixSignalRegistration.Create(signal, context =>
    {
        context.Cancel = true;
        action();
    }));

    private Thread Start(string name, Action work)
    {
        var thread = new Thread(() =>
        {
            try
            {
                work();
            }
            catch (Exception exception)
            {
                // On the thread that draws, which puts the terminal right before it ends.
                _changes.Add(_ => throw new InvalidOperationException($"{name}: {exception.Message}", exception));
            }
        })
        {
            IsBackground = true,
            Name = name,
        };
        thread.Start();
        return thread;
    }
}

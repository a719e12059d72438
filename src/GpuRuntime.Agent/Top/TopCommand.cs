using System.Text;
using GpuRuntime.Agent.Top.Live;
using GpuRuntime.Agent.Top.Output;
using GpuRuntime.Agent.Top.Sources;
using GpuRuntime.Agent.Top.View;
using GpuRuntime.Core.Errors;
using GpuRuntime.Core.Monitoring.Samples;
using GpuRuntime.Linux.Interop;
using GpuRuntime.Linux.Paths;
using GpuRuntime.Linux.Terminals;

namespace GpuRuntime.Agent.Top;

/// <summary><c>gpu-runtime top</c>: what GPUs, containers and processes do.</summary>
internal static class TopCommand
{
    // Of what is no terminal: every column of every table has its room.
    private const int PlainWidth = 160;

    private static readonly TimeSpan BetweenFirstReadings = TimeSpan.FromSeconds(1);

    /// <exception cref="GpuRuntimeException">The configuration cannot be read, or the agent that was named does not answer.</exception>
    public static void Run(TopArguments arguments, TopParts parts)
    {
        if (arguments.WantsHelp)
        {
            Write([TopHelp.Text]);
            return;
        }

        var configuration = ConfigurationFile.Load(arguments.Configuration ?? Environment.GetEnvironmentVariable(ConfigurationFile.Variable)).Values;
        var source = new SourceChoice(configuration, () => parts.Sampler(configuration)).Open(arguments.Agent);
        if (arguments.Format == TopFormat.Table && !arguments.Once && IsCapable)
        {
            Show(arguments, source);
            return;
        }

        using (source)
            Print(arguments, new SampleText(arguments, parts, configuration.AgentCompat), source);
    }

    private static bool IsCapable => Terminal.Is(Terminal.Output) && Environment.GetEnvironmentVariable("TERM") is { Length: > 0 } and not "dumb";

    /// <summary>https://no-color.org</summary>
    private static bool HasColors => string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));

    private static void Show(TopArguments arguments, ISampleSource source)
    {
        using var view = new LiveView(source, arguments, HasColors);
        // A source that is still at work, with a driver that hangs, ends with the process.
        if (view.Run())
            source.Dispose();
    }

    private static void Print(TopArguments arguments, SampleText text, ISampleSource source)
    {
        var sample = First(source);
        if (arguments.Format == TopFormat.Table)
        {
            using var drawing = new Drawing(IsCapable, HasColors);
            Write(new PlainTables(drawing, arguments).Lines(sample, source.Name, Terminal.Size?.Columns ?? PlainWidth));
            return;
        }

        if (text.Header is { } header && !Write([header]))
            return;
        while (Write(text.Lines(sample)) && arguments is { Once: false, Format: not TopFormat.Prometheus })
        {
            Thread.Sleep(arguments.Interval);
            sample = source.Take();
        }
    }

    // Some values are differences of two readings. An agent has read before.
    private static HostSample First(ISampleSource source)
    {
        if (source is AgentSource)
            return source.Take();
        source.Take();
        Thread.Sleep(BetweenFirstReadings);
        return source.Take();
    }

    /// <returns>Whether somebody reads: not any more behind <c>| head</c>.</returns>
    private static bool Write(IEnumerable<string> lines)
    {
        try
        {
            Terminal.Write(Encoding.UTF8.GetBytes(string.Concat(lines.Select(line => $"{line}\n"))));
            return true;
        }
        catch (LinuxException exception) when (exception.Errno == Errno.BrokenPipe)
        {
            return false;
        }
    }
}

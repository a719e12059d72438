using System.Globalization;
using GpuRuntime.Agent.Top.Characters;
using GpuRuntime.Core.Monitoring.Samples;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace GpuRuntime.Agent.Top.View;

/// <summary>The first and the last line, and the one for what went wrong.</summary>
internal static class StatusLines
{
    public static IRenderable Title(TopState state, int width)
    {
        var sample = state.Sample;
        var time = sample?.Time.ToLocalTime().ToString("HH:mm:ss", CultureInfo.InvariantCulture) ?? "reading";
        var counts = sample is null ? "" : $"  {Count(sample.Gpus.Length, "GPU")}  {Count(sample.Containers.Length, "container")}  {Count(ProcessesOf(sample), "process", "es")}";
        return Cell.Of($"gpu-runtime top  {time}{(state.IsPaused ? " paused" : "")}{counts}  {state.Source}", width, Styles.Title);
    }

    /// <returns><see langword="null"/> when nothing went wrong.</returns>
    public static IRenderable? Problem(TopState state, int width) => state switch
    {
        { Failure: { } failure } => Cell.Of($"! {failure}", width, Styles.Bad),
        { Sample: { Problems: [], Gpus: [] } } => Cell.Of("! This host has no GPU with a driver: gpu-runtime check says more.", width, Styles.Warning),
        { Sample.Problems: [var only] } => Cell.Of($"! {only}", width, Styles.Warning),
        { Sample.Problems: [var first, .. var others] } => Cell.Of($"! {first} (and {Number.Of(others.Length)} more)", width, Styles.Warning),
        _ => null,
    };

    public static IRenderable Keys(TopState state, int width) => state switch
    {
        { IsTyping: true } => Cell.Of($"filter: {state.Filter}▏  Enter keeps it, Esc shows all", width, Styles.Title),
        { ShowsHelp: true } => Cell.Of("h back  q quit", width, Styles.Faint),
        _ => Cell.Of(
            $"q quit  s sort:{state.Order.Word()}{(state.IsReversed ? "↑" : "")}  r reverse  / filter{(state.Filter.Length > 0 ? $":{state.Filter}" : "")}  Tab pane  p pause  h help",
            width,
            Styles.Faint),
    };

    private static int ProcessesOf(HostSample sample) => sample.Processes.Select(process => process.Process).Distinct().Count();

    private static string Count(int count, string what, string ofMany = "s") => $"{Number.Of(count)} {what}{(count == 1 ? "" : ofMany)}";
}

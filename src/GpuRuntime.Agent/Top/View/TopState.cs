using System.Collections.Immutable;
using GpuRuntime.Agent.Top.Input;
using GpuRuntime.Agent.Top.Rows;
using GpuRuntime.Core.Monitoring.Samples;

namespace GpuRuntime.Agent.Top.View;

/// <summary>What the view shows, and what keys have changed about it.</summary>
internal sealed record TopState
{
    private const int LongestFilter = 64;
    private const int Page = 10;
    private const int PaneCount = 3;

    /// <summary>The newest; <see langword="null"/> before the first.</summary>
    public HostSample? Sample { get; init; }

    /// <summary>Where it is from.</summary>
    public string Source { get; init; } = "";

    /// <summary>Why there is no newer one.</summary>
    public string? Failure { get; init; }

    public TopOrder Order { get; init; }

    public bool IsReversed { get; init; }

    public string Filter { get; init; } = "";

    /// <summary>The filter is being typed.</summary>
    public bool IsTyping { get; init; }

    public bool IsPaused { get; init; }

    public bool ShowsHelp { get; init; }

    public bool IsOver { get; init; }

    public Pane Focus { get; init; }

    /// <summary>The selected row of each pane; may lie behind the last one.</summary>
    public ImmutableArray<int> Selected { get; init; } = [0, 0, 0];

    /// <summary>A sample that is there, or why there is none; while paused what is shown stays.</summary>
    public TopState With(HostSample? sample, string? failure) => IsPaused ? this : this with { Sample = sample ?? Sample, Failure = failure };

    public TopState Press(Key key) => IsTyping ? Type(key) : key switch
    {
        { Kind: KeyKind.Escape } when ShowsHelp => this with { ShowsHelp = false },
        { Kind: KeyKind.Escape } or { Character: 'q' or 'Q' } => this with { IsOver = true },
        { Kind: KeyKind.Tab } => this with { Focus = (Pane)(((int)Focus + 1) % PaneCount) },
        { Kind: KeyKind.BackTab } => this with { Focus = (Pane)(((int)Focus + PaneCount - 1) % PaneCount) },
        { Kind: KeyKind.Up } or { Character: 'k' } => Select(at => at - 1),
        { Kind: KeyKind.Down } or { Character: 'j' } => Select(at => at + 1),
        { Kind: KeyKind.PageUp } => Select(at => at - Page),
        { Kind: KeyKind.PageDown } => Select(at => at + Page),
        { Kind: KeyKind.Home } or { Character: 'g' } => Select(_ => 0),
        { Kind: KeyKind.End } or { Character: 'G' } => Select(_ => int.MaxValue),
        { Character: >= '1' and <= '3' and var digit } => this with { Focus = (Pane)(digit - '1') },
        { Character: 's' } => this with { Order = Order.Next() },
        { Character: 'r' } => this with { IsReversed = !IsReversed },
        { Character: '/' } => this with { IsTyping = true },
        { Character: 'p' or ' ' } => this with { IsPaused = !IsPaused },
        { Character: 'h' or '?' } => this with { ShowsHelp = !ShowsHelp },
        _ => this,
    };

    private TopState Type(Key key) => key switch
    {
        { Kind: KeyKind.Enter } => this with { IsTyping = false },
        { Kind: KeyKind.Escape } => this with { IsTyping = false, Filter = "" },
        { Kind: KeyKind.Backspace } => this with { Filter = Filter.Length > 0 ? Filter[..^1] : "" },
        { Kind: KeyKind.Character } when Filter.Length < LongestFilter => this with { Filter = Filter + key.Character },
        _ => this,
    };

    private TopState Select(Func<int, int> move)
    {
        var last = Math.Max(0, Count() - 1);
        var at = Math.Min(Selected[(int)Focus], last);
        return this with { Selected = Selected.SetItem((int)Focus, Math.Clamp(move(at), 0, last)) };
    }

    private int Count()
    {
        if (Sample is null)
            return 0;
        var shown = new SampleFilter(Filter).Apply(Sample);
        return Focus switch
        {
            Pane.Gpus => shown.Gpus.Length,
            Pane.Containers => shown.Containers.Sum(use => use.Units.Length),
            _ => shown.Processes.Length,
        };
    }
}

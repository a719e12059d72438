namespace GpuRuntime.Agent.Top.View;

/// <summary>How many rows of each list are seen.</summary>
internal readonly record struct PaneHeights(int Gpus, int Containers, int Processes)
{
    public int Of(Pane pane) => pane switch
    {
        Pane.Gpus => Gpus,
        Pane.Containers => Containers,
        _ => Processes,
    };

    /// <param name="rows">Lines of the terminal that are left for rows.</param>
    /// <param name="gpus">How many there are, as of the others.</param>
    public static PaneHeights Divide(int rows, int gpus, int containers, int processes, Pane focus)
    {
        rows = Math.Max(0, rows);
        // GPUs get a third, or half while they are looked at; what is left is shared, and what one list does not need the others get.
        var ofGpus = Math.Min(gpus, Math.Max(Math.Min(1, rows), rows / (focus == Pane.Gpus ? 2 : 3)));
        var rest = rows - ofGpus;
        var ofContainers = Math.Min(containers, focus == Pane.Processes ? rest / 3 : rest / 2);
        var ofProcesses = Math.Min(processes, rest - ofContainers);
        ofContainers = Math.Min(containers, rest - ofProcesses);
        return new PaneHeights(Math.Min(gpus, rows - ofContainers - ofProcesses), ofContainers, ofProcesses);
    }
}

namespace GpuRuntime.Agent.Top.View;

/// <summary>The three lists of the view, from the top.</summary>
internal enum Pane
{
    Gpus,
    Containers,
    Processes,
}

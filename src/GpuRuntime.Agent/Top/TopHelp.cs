namespace GpuRuntime.Agent.Top;

/// <summary>What <c>gpu-runtime top --help</c> prints.</summary>
internal static class TopHelp
{
    /// <summary>The keys of the live view.</summary>
    public const string Keys = """
        Keys of the live view:
          q Esc Ctrl-C         Quit
          s                    Sort by the next order
          r                    Reverse
          /                    Filter: type a text, Enter to keep it, Esc for all
          Tab 1 2 3            The next pane; GPUs, containers, processes
          Up Down j k          Select a row; PgUp PgDn Home End by more
          p Space              Pause
          h ?                  Help
        """;

    public const string Text = $"""
        Description:
          Show what GPUs, containers and processes do: live on a terminal, else once.

        Usage:
          gpu-runtime top [options]

        Options:
          --once               Print one sample and end. Without an agent that is two readings one second apart, since power, utilization
                               and throughput of some GPUs are differences
          --format FORMAT      table (default); json: the agent's /api/v1/gpus, one line a sample; csv: a row for each GPU;
                               csv-containers: a row for each GPU of each container; prom: the agent's /metrics, once.
                               json and csv go on until they are stopped, unless --once is given
          --interval SECONDS   From one sample to the next, 0.1 to 3600 (default 1)
          --sort ORDER         gpu (default), util, memory, power, container or pid
          --filter TEXT        Only GPUs, containers and processes that have TEXT in a name, an id or a pid, and their GPUs
          --config FILE        Configuration file (default: GPU_RUNTIME_CONFIG, else /etc/gpu-runtime/config.json)
          --agent ADDRESS      The agent to ask: ADDRESS:PORT or unix:PATH; none: read the GPUs without it
                               (default: agent.listen of the configuration if an agent answers there, else none)
          -h, --help           Show this

        {Keys}
        """;
}

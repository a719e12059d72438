namespace GpuRuntime.Agent.Top;

/// <summary>What rows are sorted by. What a row does not have, or is not known of it, comes last.</summary>
internal enum TopOrder
{
    /// <summary>As the host counts them.</summary>
    Gpu,

    /// <summary>Busiest first.</summary>
    Utilization,

    /// <summary>Most memory in use first.</summary>
    Memory,

    /// <summary>Most watts first: GPUs; the others by their GPU.</summary>
    Power,

    /// <summary>By name: containers and processes; GPUs as the host counts them.</summary>
    Container,

    /// <summary>By number: processes; the others by their GPU.</summary>
    Pid,
}

namespace GpuRuntime.Core.Requests;

public enum SharingMode
{
    /// <summary>Other containers may hold the GPU too.</summary>
    Shared,

    /// <summary>No other container may hold it.</summary>
    Exclusive,
}

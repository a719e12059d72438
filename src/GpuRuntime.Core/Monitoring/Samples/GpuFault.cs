namespace GpuRuntime.Core.Monitoring.Samples;

/// <summary>In what state a driver says that a GPU is unfit for work.</summary>
public enum GpuFault
{
    /// <summary>It does not answer on the bus any more (NVML: <c>GPU_IS_LOST</c>).</summary>
    Lost,

    /// <summary>It works again after a reset (NVML: <c>RESET_REQUIRED</c>).</summary>
    ResetRequired,

    /// <summary>The driver has given it up and refuses every job (i915 and xe: wedged).</summary>
    Wedged,

    /// <summary>Its firmware is broken, and can do no more than take another one (xe: <c>survivability_mode</c>).</summary>
    FirmwareBroken,
}

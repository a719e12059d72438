using GpuRuntime.Agent.Nvml;
using GpuRuntime.Core.Monitoring.Samples;

namespace GpuRuntime.Agent.Monitoring.Nvidia;

/// <summary>Asks NVML for values of one GPU, of which each may fail without the others.</summary>
internal sealed class NvmlReader
{
    /// <summary>The first failure, as a sentence without its end.</summary>
    public string? Problem { get; private set; }

    /// <summary>Processes may use the GPU that are in no list.</summary>
    public bool HasMissedProcesses { get; private set; }

    /// <returns>What such a failure says of the GPU as a whole.</returns>
    public static GpuFault? FaultOf(NvmlStatus status) => status switch
    {
        NvmlStatus.GpuIsLost => GpuFault.Lost,
        NvmlStatus.ResetRequired => GpuFault.ResetRequired,
        _ => null,
    };

    /// <summary>Whether such a failure is one of the driver, whatever GPU was asked.</summary>
    public static bool IsOfDriver(NvmlStatus status) => status is NvmlStatus.Uninitialized or NvmlStatus.DriverNotLoaded or NvmlStatus.LibraryVersionMismatch;

    /// <summary>Bytes and counts, of which the largest stand for those that are not known.</summary>
    public static long? Signed(ulong? number) => number <= long.MaxValue ? (long)number : null;

    /// <returns><see langword="null"/> for a value that the GPU does not offer, or that failed.</returns>
    /// <exception cref="GpuFaultException">The GPU is lost, or works again after a reset only.</exception>
    /// <exception cref="NvmlException">The driver does not serve any more.</exception>
    public T? Ask<T>(Func<T?> read)
        where T : struct
    {
        try
        {
            return read();
        }
        catch (NvmlException exception) when (!IsOfDriver(exception.Status))
        {
            Tell(exception);
            return null;
        }
    }

    /// <inheritdoc cref="Ask"/>
    public T? AskFor<T>(Func<T?> read)
        where T : class
    {
        try
        {
            return read();
        }
        catch (NvmlException exception) when (!IsOfDriver(exception.Status))
        {
            Tell(exception);
            return null;
        }
    }

    public void MissProcesses() => HasMissedProcesses = true;

    /// <summary>Something that is no failure of a call.</summary>
    public void Tell(string problem) => Problem ??= problem;

    private void Tell(NvmlException exception)
    {
        if (FaultOf(exception.Status) is { } fault)
            throw new GpuFaultException(fault, exception.Message);
        Problem ??= exception.Message;
    }
}

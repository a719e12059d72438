using GpuRuntime.Agent.Nvml;
using GpuRuntime.Core.Monitoring.Samples;

namespace GpuRuntime.Agent.Monitoring.Nvidia;

/// <summary>Asks NVML for values of one GPU, of which each may fail without the others.</summary>
internal sealed class NvmlReader
{
    /// <summary>The first failure, as a sentence without its end.</summary>
    public string? Problem { get; private set; }

    /// <returns><see langword="null"/> for a value that the GPU does not offer, or that failed.</returns>
    /// <exception cref="GpuFaultException">The GPU is lost, or works again after a reset only.</exception>
    public T? Ask<T>(Func<T?> read)
        where T : struct
    {
        try
        {
            return read();
        }
        catch (NvmlException exception)
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
        catch (NvmlException exception)
        {
            Tell(exception);
            return null;
        }
    }

    /// <summary>Something that is no failure of a call.</summary>
    public void Tell(string problem) => Problem ??= problem;

    private void Tell(NvmlException exception)
    {
        switch (exception.Status)
        {
            case NvmlStatus.GpuIsLost:
                throw new GpuFaultException(GpuFault.Lost, exception.Message);
            case NvmlStatus.ResetRequired:
                throw new GpuFaultException(GpuFault.ResetRequired, exception.Message);
            default:
                Problem ??= exception.Message;
                break;
        }
    }
}

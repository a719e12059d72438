using GpuRuntime.Core.Errors;
using GpuRuntime.Core.Monitoring.Health;
using GpuRuntime.Linux.Interop;
using GpuRuntime.Linux.Paths;

namespace GpuRuntime.Linux.Monitoring;

/// <summary>The file in which a running agent says how the GPUs are (<see cref="HealthState"/>). Whether one runs, the watchdog's lock tells.</summary>
public sealed class HealthFile(string stateDirectory)
{
    private const int Largest = 1 << 20;

    private readonly StateDirectory _directory = new(stateDirectory);

    /// <returns><see langword="null"/> when there is none, or nothing that an agent wrote.</returns>
    /// <exception cref="GpuRuntimeException"><see cref="ErrorCode.StateUnwritable"/>: the state directory is somebody else's, or cannot be read.</exception>
    public HealthState? Read()
    {
        try
        {
            using var root = _directory.TryOpenRoot();
            return root?.Read(HealthState.FileName, Largest) is { } text ? HealthState.Parse(text) : null;
        }
        catch (LinuxException exception)
        {
            throw new GpuRuntimeException(ErrorCode.StateUnwritable, $"{_directory.Path}/{HealthState.FileName} cannot be read: {exception.Message}.", exception);
        }
    }

    /// <summary>Puts it in the place of the last one, by rename.</summary>
    /// <exception cref="GpuRuntimeException"><see cref="ErrorCode.StateUnwritable"/>.</exception>
    public void Write(HealthState state) => _directory.Keep(HealthState.FileName, state.Format());
}

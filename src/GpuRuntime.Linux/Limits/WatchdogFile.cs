using System.Text;
using GpuRuntime.Core.Errors;
using GpuRuntime.Core.Limits;
using GpuRuntime.Linux.Interop;
using GpuRuntime.Linux.Paths;

namespace GpuRuntime.Linux.Limits;

/// <summary>
/// The running agent's word on what its watchdog can measure (<see cref="WatchdogState"/>), and the lock that says that it runs. The kernel takes the
/// lock back when the agent dies, however it does.
/// </summary>
public sealed class WatchdogFile : IDisposable
{
    // Of one length whatever it says, so that it changes by one write and never is half of two.
    private const int Length = 32;
    private const uint OwnersAlone = 0b110_000_000;

    // Who asks whether an agent runs holds the lock for a moment.
    private const int LongestWaitMilliseconds = 1000;
    private const int PauseMilliseconds = 10;

    private readonly FileDescriptor _directory;
    private readonly FileDescriptor _file;
    private readonly string _path;

    private WatchdogFile(FileDescriptor directory, FileDescriptor file, string path)
    {
        _directory = directory;
        _file = file;
        _path = path;
    }

    /// <summary>Takes the lock, with nothing to measure so far.</summary>
    /// <exception cref="GpuRuntimeException"><see cref="ErrorCode.StateUnwritable"/>: another agent runs, or the file cannot be written.</exception>
    public static WatchdogFile Take(string stateDirectory)
    {
        var path = $"{stateDirectory.TrimEnd('/')}/{WatchdogState.FileName}";
        try
        {
            using var root = new StateDirectory(stateDirectory).OpenRoot();
            var directory = root.TryDirectory(".")!;
            var file = Libc.OpenAt(directory.Number, WatchdogState.FileName, OpenFlags.ReadWrite | OpenFlags.Create | Libc.NoFollow, Resolve.Beneath, OwnersAlone);
            var watchdog = new WatchdogFile(directory, file, path);
            for (var waited = 0; !Libc.TryLock(file, path); waited += PauseMilliseconds)
            {
                if (waited >= LongestWaitMilliseconds)
                {
                    directory.Dispose();
                    file.Dispose();
                    throw new GpuRuntimeException(ErrorCode.StateUnwritable, $"Another gpu-runtime-agent serves here: it holds {path}. Stop that one first (fuser {path} tells its pid), or set stateDirectory in the configuration.");
                }

                Thread.Sleep(PauseMilliseconds);
            }

            watchdog.Write(new WatchdogState([]));
            return watchdog;
        }
        catch (LinuxException exception)
        {
            throw Unwritable(path, exception);
        }
    }

    /// <summary>Says what can be measured from now on.</summary>
    /// <exception cref="GpuRuntimeException"><see cref="ErrorCode.StateUnwritable"/>.</exception>
    public void Write(WatchdogState state)
    {
        try
        {
            Libc.Rewind(_file);
            Libc.WriteAll(_file, Encoding.ASCII.GetBytes(state.Format().TrimEnd('\n').PadRight(Length - 1) + "\n"), _path);
        }
        catch (LinuxException exception)
        {
            throw Unwritable(_path, exception);
        }
    }

    /// <summary>Empties the file, and gives the lock back.</summary>
    public void Dispose()
    {
        using (Libc.TryOpenAt(_directory.Number, WatchdogState.FileName, OpenFlags.WriteOnly | OpenFlags.Truncate | Libc.NoFollow, Resolve.Beneath, out _))
        {
        }

        _file.Dispose();
        _directory.Dispose();
    }

    private static GpuRuntimeException Unwritable(string path, LinuxException exception) =>
        new(ErrorCode.StateUnwritable, $"{path} cannot be written: {exception.Message}. Run the agent as root, or set stateDirectory in the configuration.", exception);
}

using GpuRuntime.Commands;
using GpuRuntime.Core.Errors;
using GpuRuntime.DockerPlugin;
using GpuRuntime.Linux.Interop;
using GpuRuntime.Logging;
using GpuRuntime.Runtime;

namespace GpuRuntime;

/// <summary>One executable with three faces: an OCI runtime for engines, a command line for admins, a plugin of docker's. Verb and name decide.</summary>
internal static class Program
{
    private const int Failure = 1;

    private static int Main(string[] args)
    {
        var isPlugin = DockerGpu.IsCalledBy(Environment.GetCommandLineArgs().FirstOrDefault(""));
        var command = OciCommandLine.Parse(isPlugin ? [] : args);
        try
        {
            if (isPlugin)
                return DockerGpu.Run(args);
            return command.Verb switch
            {
                HookCommands.MaskNvidiaParams => HookCommands.RunMaskNvidiaParams(args),
                { } verb when AdminCommands.Knows(verb) => AdminCommands.Run(args),
                null when args.Length == 0 => AdminCommands.Run(["--help"]),
                _ => Shim.Run(command, args),
            };
        }
        catch (GpuRuntimeException exception)
        {
            ErrorReport.Tell(command, exception);
            return Failure;
        }
        catch (LinuxException exception)
        {
            ErrorReport.Tell(command, new GpuRuntimeException(ErrorCode.Unexpected, $"A system call failed: {exception.Message}.", exception));
            return Failure;
        }
        catch (Exception exception)
        {
            // The last line of defence: an engine shows what the log file says, and would show nothing of a crash.
            ErrorReport.Tell(command, new GpuRuntimeException(ErrorCode.Unexpected, $"{exception.GetType().Name}: {exception.Message}", exception));
            return Failure;
        }
    }
}

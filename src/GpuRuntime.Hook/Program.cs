using System.Reflection;
using GpuRuntime.Core.Cdi.Generation;
using GpuRuntime.Core.Errors;
using GpuRuntime.Linux.Interop;
using GpuRuntime.Linux.Logging;

namespace GpuRuntime.Hook;

/// <summary>
/// The prestart hook. Its arguments are those of the program whose name Docker looks for (<c>nvidia-container-runtime-hook</c>), as which it
/// may be called too.
/// </summary>
internal static class Program
{
    private const int Failure = 1;
    private const int WrongUsage = 2;

    private const string Usage = """
        usage: gpu-runtime-hook prestart      gives a created container its GPUs; the runtime writes the container's state to standard input
               gpu-runtime-hook cdi OPTIONS   does for a created container what a specification of gpu-runtime cdi generate says
               gpu-runtime-hook poststart     nothing is left to do then
               gpu-runtime-hook poststop      what the container held is free
               gpu-runtime-hook --version
        """;

    private static int Main(string[] args)
    {
        try
        {
            return Run(args);
        }
        catch (GpuRuntimeException exception)
        {
            return Tell(exception);
        }
        catch (LinuxException exception)
        {
            return Tell(new GpuRuntimeException(ErrorCode.HookFailed, $"The container cannot be given its GPUs: {exception.Message}.", exception));
        }
        catch (Exception exception)
        {
            // The last line of defence: the low-level runtime shows what stands on stderr, and would show a crash as a signal.
            return Tell(new GpuRuntimeException(ErrorCode.Unexpected, $"{exception.GetType().Name}: {exception.Message}", exception));
        }
    }

    private static int Run(string[] args)
    {
        switch (args)
        {
            case ["prestart"]:
                PrestartCommand.Run();
                return 0;
            case [CdiHookArguments.Verb, .. var arguments]:
                CdiCommand.Run(arguments);
                return 0;
            case ["poststart"]:
                return 0;
            case ["poststop"]:
                PoststopCommand.Run();
                return 0;
            case ["--version"]:
                Console.Out.WriteLine($"gpu-runtime-hook version {typeof(Program).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion}");
                return 0;
            case ["--help"]:
                Console.Out.WriteLine(Usage);
                return 0;
            default:
                Console.Error.WriteLine(args.Length == 0 ? Usage : $"gpu-runtime-hook: unknown arguments: {PrintableText.Quote(string.Join(' ', args))}\n{Usage}");
                return WrongUsage;
        }
    }

    private static int Tell(GpuRuntimeException exception)
    {
        StandardLines.WriteError($"gpu-runtime-hook: {exception.UserLine}");
        return Failure;
    }
}

using System.CommandLine;
using GpuRuntime.Linux.Processes;

namespace GpuRuntime.Commands;

/// <summary><c>gpu-runtime top</c>: a live view of GPUs, containers and processes. The agent shows it: it alone may load a vendor's library.</summary>
internal static class TopCommand
{
    public const string Verb = "top";

    /// <summary>For the list of verbs; the options are the agent's to explain.</summary>
    public static Command Create() => new(Verb, "Show what GPUs, containers and processes do, live or once.");

    /// <summary>Becomes the agent: same process, same terminal, same exit status. Returns only by throwing.</summary>
    /// <param name="arguments">All of them, the verb first.</param>
    /// <exception cref="Core.Errors.GpuRuntimeException"><see cref="Core.Errors.ErrorCode.AgentMissing"/>.</exception>
    public static int Run(string[] arguments)
    {
        AgentProgram.Become(LowLevelRuntime.OwnArguments(arguments));
        return 0;
    }
}

using System.CommandLine;
using GpuRuntime.Commands;
using GpuRuntime.Core.DockerCommand;
using GpuRuntime.Core.Errors;
using GpuRuntime.Logging;
using GpuRuntime.Runtime;

namespace GpuRuntime.DockerPlugin;

/// <summary>The plugin <c>docker gpu</c>: this executable, by a link named <c>docker-gpu</c> in one of docker's plugin directories.</summary>
internal static class DockerGpu
{
    private const string LinkName = "docker-gpu";
    private const int Failure = 1;

    /// <summary>Docker run's own status for a container that it could not even make.</summary>
    private const int RunFailure = 125;

    /// <param name="program">The name that this process was called by.</param>
    public static bool IsCalledBy(string program) => program == LinkName || program.EndsWith("/" + LinkName, StringComparison.Ordinal);

    public static int Run(string[] arguments)
    {
        var failure = Failure;
        try
        {
            var line = PluginCommandLine.Parse(arguments);
            failure = line.Command == "run" ? RunFailure : Failure;
            return (line.AsksHelp, line.Command) switch
            {
                (true, "run") => DockerGpuRun.Run(line, WithHelp(line, arguments)),
                (true, "ls" or "check") => OwnVerb([line.Command, "--help"]),
                (true, _) or (_, null) => Help(),
                (_, PluginMetadata.Verb) => Print(PluginMetadata.Json),
                (_, "run") => DockerGpuRun.Run(line, arguments),
                (_, "ls" or "check") => OwnVerb([line.Command, .. arguments[line.Rest..]]),
                _ => throw new GpuRuntimeException(ErrorCode.DockerArgumentsInvalid, $"docker gpu has no command {PrintableText.Quote(line.Command)}; its commands are run, ls and check (docker gpu --help)."),
            };
        }
        catch (GpuRuntimeException exception)
        {
            // Docker's flags are not an OCI runtime's: -l is a log level, not a file to append to.
            ErrorReport.Tell(OciCommandLine.Parse([]), exception);
            return failure;
        }
    }

    private static int Help() => Print(PluginHelp.Plugin);

    private static int Print(string text)
    {
        Console.Out.WriteLine(text);
        return 0;
    }

    private static string[] WithHelp(PluginCommandLine line, string[] arguments) => [.. arguments[..line.Rest], "--help"];

    // The admin verbs under Docker's names: their own options, their own code.
    private static int OwnVerb(string[] arguments)
    {
        var root = new RootCommand("GPUs for containers, on this machine.") { Renamed("ls", DevicesCommand.Create()), Renamed("check", CheckCommand.Create()) };
        return root.Parse(arguments).Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
    }

    private static Command Renamed(string name, Command verb)
    {
        var command = new Command(name, verb.Description) { Action = verb.Action };
        foreach (var option in verb.Options)
            command.Options.Add(option);
        return command;
    }
}

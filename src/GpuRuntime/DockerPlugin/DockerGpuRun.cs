using GpuRuntime.Core.DockerCommand;
using GpuRuntime.Core.Errors;
using GpuRuntime.Linux.Processes;

namespace GpuRuntime.DockerPlugin;

/// <summary><c>docker gpu run</c>: translates <c>--gpus</c>, then becomes docker.</summary>
internal static class DockerGpuRun
{
    /// <summary>The docker that called us; its PATH may begin elsewhere than ours.</summary>
    private const string CallerVariable = "DOCKER_CLI_PLUGIN_ORIGINAL_CLI_COMMAND";

    /// <exception cref="GpuRuntimeException">There is no command to run, or no docker to run it.</exception>
    public static int Run(PluginCommandLine line, string[] arguments)
    {
        var translation = new DockerRunTranslation(line, arguments);
        var docker = DockerProgram.Find(Environment.GetEnvironmentVariable(CallerVariable), Environment.GetEnvironmentVariable("PATH"));
        if (translation.AsksHelp)
        {
            Console.Out.WriteLine(PluginHelp.Run);
            Console.Out.Flush();
        }

        var command = translation.For(translation.NeedsMore && KnowsAnnotations(docker, line));
        if (translation.IsDryRun && !translation.AsksHelp)
        {
            Console.Out.WriteLine(ShellText.Of(command.Select(argument => argument.Text).Prepend(DockerProgram.Name)));
            return 0;
        }

        var own = LowLevelRuntime.OwnArguments(arguments);
        DockerProgram.Become(docker, command.Select(argument => argument.Place is { } place ? own[place] : DockerProgram.Argument(argument.Text)));
        return 0;
    }

    private static bool KnowsAnnotations(string docker, PluginCommandLine line)
    {
        var answer = DockerProgram.Ask(docker, [.. line.GlobalFlags.Select(argument => argument.Text), "version", "--format", ApiVersion.Format]);
        return ApiVersion.KnowAnnotations(answer) ?? throw new GpuRuntimeException(
            ErrorCode.DockerUnavailable, $"{docker} version tells {PrintableText.Quote(answer.Trim())} where two versions of Docker's API were expected.");
    }
}

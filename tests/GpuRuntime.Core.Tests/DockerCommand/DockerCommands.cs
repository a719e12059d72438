using System.Collections.Immutable;
using GpuRuntime.Core.DockerCommand;

namespace GpuRuntime.Core.Tests.DockerCommand;

/// <summary>What becomes of a command line of docker gpu.</summary>
internal static class DockerCommands
{
    /// <summary>Where docker and its daemon know annotations, as from Docker 24 on.</summary>
    public static ImmutableArray<string> Today(params string[] arguments) => Of(arguments, knowsAnnotations: true);

    /// <summary>Where they do not, as in Docker 20.10.</summary>
    public static ImmutableArray<string> Before24(params string[] arguments) => Of(arguments, knowsAnnotations: false);

    public static DockerRunTranslation Translation(params string[] arguments) => new(PluginCommandLine.Parse(arguments), arguments);

    /// <summary>What stands in docker's command for one value of --gpus.</summary>
    public static string Flags(string value, bool knowsAnnotations = true) =>
        string.Join(' ', Of(["gpu", "run", "--gpus", value, "image"], knowsAnnotations)[1..^1]);

    private static ImmutableArray<string> Of(string[] arguments, bool knowsAnnotations)
    {
        var command = Translation(arguments).For(knowsAnnotations);
        foreach (var argument in command)
        {
            if (argument.Place is { } place)
                Assert.That(arguments[place], Is.EqualTo(argument.Text), "an argument of the user's is handed on as it came");
        }

        return [.. command.Select(static argument => argument.Text)];
    }
}

using System.Collections.Immutable;
using System.CommandLine;
using GpuRuntime.Commands.Allocations;
using GpuRuntime.Commands.Cdi;
using GpuRuntime.Runtime;

namespace GpuRuntime.Commands;

/// <summary>The verbs for people. None of them is an OCI verb, so the same executable can be both.</summary>
internal static class AdminCommands
{
    private static readonly ImmutableArray<string> Verbs = ["devices", "check", "config", "allocations", "cdi", "configure", "swarm", TopCommand.Verb];

    public static bool Knows(string verb) => Verbs.Contains(verb);

    public static int Run(string[] arguments)
    {
        if (arguments is [TopCommand.Verb, ..])
            return TopCommand.Run(arguments);
        var root = new RootCommand(
            $"""
            gpu-runtime {VersionLines.Version}: GPUs for Linux containers.

            As an OCI runtime (create, start, delete, ...) it gives containers the GPUs that they ask for and becomes runc;
            those verbs and their flags are runc's own: see runc --help.
            """)
        {
            DevicesCommand.Create(), CheckCommand.Create(), ConfigCommand.Create(), AllocationsCommand.Create(), CdiCommand.Create(),
            ConfigureCommand.Create(), SwarmCommand.Create(), TopCommand.Create(),
        };
        return root.Parse(arguments).Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
    }

    /// <summary><c>--config</c>, as on every admin verb.</summary>
    internal static Option<string?> ConfigOption() => new("--config") { Description = "Configuration file (default: GPU_RUNTIME_CONFIG, else /etc/gpu-runtime/config.json)", HelpName = "FILE" };
}

using System.Collections.Immutable;
using GpuRuntime.Core.Errors;

namespace GpuRuntime.Core.DockerCommand;

/// <summary>
/// What docker calls a plugin with: its own global flags, the plugin's name, the command. <c>docker-gpu run ...</c>, called by hand, leaves
/// the name out.
/// </summary>
public sealed record PluginCommandLine
{
    private const string PluginName = "gpu";

    /// <summary>Docker's flags in front of the command, for the docker that we become.</summary>
    public ImmutableArray<DockerArgument> GlobalFlags { get; private init; } = [];

    /// <summary>run, ls, check, ...; <see langword="null"/> when there is none.</summary>
    public string? Command { get; private init; }

    /// <summary>The place of the first argument behind the command.</summary>
    public int Rest { get; private init; }

    /// <summary><c>--help</c> in front of the command, or <c>help</c> in its place.</summary>
    public bool AsksHelp { get; private init; }

    /// <exception cref="GpuRuntimeException"><see cref="ErrorCode.DockerArgumentsInvalid"/>: a flag that is not docker's stands in front of the command.</exception>
    public static PluginCommandLine Parse(ReadOnlySpan<string> arguments)
    {
        var globals = ImmutableArray.CreateBuilder<DockerArgument>();
        var line = new PluginCommandLine { Rest = arguments.Length };
        var named = false;
        for (var place = 0; place < arguments.Length;)
        {
            if (FlagSyntax.IsFlag(arguments[place]))
            {
                var flag = DockerFlags.Global.Read(arguments, place);
                if (flag.IsUnknown)
                    throw new GpuRuntimeException(ErrorCode.DockerArgumentsInvalid, $"{PrintableText.Quote(arguments[place])} is no flag of docker's own, so that it cannot stand in front of the command of docker gpu; write it behind run (docker gpu --help).");
                if (flag.Name is "help" or "-h")
                    line = line with { AsksHelp = true };
                else
                    globals.AddRange(Kept(arguments, place, flag.Length));
                place += flag.Length;
            }
            else if (arguments[place] == PluginName && !named)
            {
                named = true;
                place++;
            }
            else if (arguments[place] == "help")
            {
                line = line with { AsksHelp = true };
                break;
            }
            else
            {
                line = line with { Command = arguments[place], Rest = place + 1 };
                break;
            }
        }

        return line with { GlobalFlags = globals.ToImmutable() };
    }

    internal static IEnumerable<DockerArgument> Kept(ReadOnlySpan<string> arguments, int place, int length)
    {
        var kept = new DockerArgument[length];
        for (var i = 0; i < length; i++)
            kept[i] = new DockerArgument(arguments[place + i], place + i);
        return kept;
    }
}

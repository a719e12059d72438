using System.Collections.Immutable;
using System.Text.Json.Nodes;

namespace GpuRuntime.EndToEnd.Tests;

/// <summary>How to start an engine of a fixture's own.</summary>
internal sealed record EngineSettings
{
    /// <summary>Holds all that the engine writes. Its name also names the engine's cgroup.</summary>
    public required TestDirectory Directory { get; init; }

    /// <summary>Runtime names and the programs behind them.</summary>
    public required ImmutableDictionary<string, string> Runtimes { get; init; }

    /// <summary>What the engine's administrator put into its unit file: reaches the runtimes.</summary>
    public ImmutableDictionary<string, string?> Environment { get; init; } = ImmutableDictionary<string, string?>.Empty;

    public CgroupVersion Cgroups { get; init; } = CgroupVersion.V1;

    /// <summary>A directory of programs that the engine finds before all others.</summary>
    public string? ProgramDirectory { get; init; }

    /// <summary>Where the engine's programs come from, if not from the machine.</summary>
    public EngineRoot? Root { get; init; }

    /// <summary>Docker's daemon.json.</summary>
    public JsonObject DaemonConfiguration { get; init; } = [];

    /// <summary>Appended to the daemon's arguments; podman, which has no daemon, gets them before its command.</summary>
    public ImmutableArray<string> DaemonArguments { get; init; } = [];

    /// <summary>A program that becomes the daemon, with its arguments before the daemon's command.</summary>
    public ImmutableArray<string> DaemonPrefix { get; init; } = [];

    /// <summary>False for an engine of a user who is not root, on a machine that gives such users no cgroups.</summary>
    public bool MayMakeCgroups { get; init; } = true;

    public string CgroupName => Path.GetFileName(Directory.FullPath);

    /// <summary>The path of one of the engine's programs.</summary>
    public string Program(string name) => Root?.Program(name) ?? Programs.Engine(name);

    /// <summary>The command among the engine's programs.</summary>
    public Command Enter(Command command) => Root?.Enter(command, Directory) ?? command;

    /// <summary>The daemon's command, completed by environment and cgroup version.</summary>
    public Command Complete(Command command)
    {
        command = Enter(command);
        if (DaemonPrefix is [var program, .. var arguments])
            command = command with { Program = program, Arguments = [.. arguments, command.Program, .. command.Arguments] };
        return EndToEnd.Tests.Cgroups.On(Cgroups, command
            .WithEnvironment(Environment)
            .WithEnvironment("PATH", ProgramDirectory is null ? Programs.SearchPath : $"{ProgramDirectory}:{Programs.SearchPath}"));
    }
}

using System.Collections.Immutable;

namespace GpuRuntime.Runtime;

/// <summary>
/// What we need of an OCI runtime's arguments. They are parsed as runc parses them (Go's flag rules: one dash or two, <c>--flag=value</c> or
/// <c>--flag value</c>, flags end at the first word that is none), and handed on untouched.
/// </summary>
internal sealed record OciCommandLine
{
    // Flags with a value that stands in the following argument. Those of runc, crun and youki that take one.
    private static readonly ImmutableArray<string> GlobalFlagsWithValue = ["root", "log", "log-format", "criu", "rootless", "cgroup-manager", "r", "l", "config"];

    private static readonly ImmutableArray<string> CreateFlagsWithValue =
        ["bundle", "b", "console-socket", "pid-file", "pidfd-socket", "preserve-fds", "config", "f"];

    private const string DeleteVerb = "delete";

    /// <summary>create, run, delete, ...; <see langword="null"/> when there is none.</summary>
    public string? Verb { get; private init; }

    public string? Root { get; private init; }

    /// <summary>The low-level runtime has systemd make cgroups, and takes their paths in systemd's form.</summary>
    public bool UsesSystemdCgroups { get; private init; }

    public string? LogPath { get; private init; }

    public bool LogsJson { get; private init; }

    /// <summary>The bundle directory; the working directory unless it is given.</summary>
    public string Bundle { get; private init; } = ".";

    public string? Id { get; private init; }

    public bool AsksVersion { get; private init; }

    public bool AsksHelp { get; private init; }

    /// <summary>
    /// Whether this starts a container, so that its bundle may have to be edited. A line that the low-level runtime will refuse (a flag
    /// without its value, no container id or more than one) does not: the refusal is its to word.
    /// </summary>
    public bool CreatesContainer => IsCreateVerb(Verb) && Id is not null && !IsMalformed && !AsksHelp && !AsksVersion;

    /// <summary>Whether this ends a container's life, and with it what it holds.</summary>
    public bool DeletesContainer => Verb == DeleteVerb && Id is not null && !AsksHelp && !AsksVersion;

    private bool IsMalformed { get; init; }

    public static OciCommandLine Parse(ReadOnlySpan<string> arguments)
    {
        var global = Flags(ref arguments, GlobalFlagsWithValue, out var malformed);
        var command = new OciCommandLine
        {
            Root = global.GetValueOrDefault("root") ?? global.GetValueOrDefault("r"),
            UsesSystemdCgroups = global.ContainsKey("systemd-cgroup") || global.GetValueOrDefault("cgroup-manager") == "systemd",
            LogPath = global.GetValueOrDefault("log") ?? global.GetValueOrDefault("l"),
            LogsJson = global.GetValueOrDefault("log-format") == "json",
            AsksVersion = global.ContainsKey("version") || global.ContainsKey("v"),
            AsksHelp = global.ContainsKey("help") || global.ContainsKey("h"),
            IsMalformed = malformed,
        };
        if (arguments.IsEmpty)
            return command;

        command = command with { Verb = arguments[0] };
        arguments = arguments[1..];
        if (!IsCreateVerb(command.Verb) && command.Verb != DeleteVerb)
            return command;
        var own = Flags(ref arguments, CreateFlagsWithValue, out malformed);
        return command with
        {
            Bundle = own.GetValueOrDefault("bundle") ?? own.GetValueOrDefault("b") ?? ".",
            Id = arguments.IsEmpty ? null : arguments[0],
            AsksHelp = command.AsksHelp || own.ContainsKey("help") || own.ContainsKey("h"),
            IsMalformed = command.IsMalformed || malformed || arguments.Length > 1,
        };
    }

    private static bool IsCreateVerb(string? verb) => verb is "create" or "run";

    // The last of a repeated flag counts, as in Go.
    private static Dictionary<string, string> Flags(ref ReadOnlySpan<string> arguments, ImmutableArray<string> withValue, out bool malformed)
    {
        malformed = false;
        var flags = new Dictionary<string, string>(StringComparer.Ordinal);
        while (!arguments.IsEmpty && arguments[0].Length > 1 && arguments[0][0] == '-')
        {
            var name = arguments[0][(arguments[0].StartsWith("--", StringComparison.Ordinal) ? 2 : 1)..];
            arguments = arguments[1..];
            if (name.Length == 0)
                break;
            var equals = name.IndexOf('=', StringComparison.Ordinal);
            if (equals > 0)
            {
                flags[name[..equals]] = name[(equals + 1)..];
            }
            else if (withValue.Contains(name) && arguments.IsEmpty)
            {
                malformed = true;
            }
            else if (withValue.Contains(name))
            {
                flags[name] = arguments[0];
                arguments = arguments[1..];
            }
            else
            {
                flags[name] = "";
            }
        }

        return flags;
    }
}

using System.Collections.Immutable;

namespace GpuRuntime.EndToEnd.Tests.Packages;

/// <summary>What real shells offer on Tab is what the programs' own help lists: every verb, every option, nothing else.</summary>
public sealed class CompletionRows
{
    // Each prints, for each line, the words that are offered at its end, and then an =.
    private const string Bash = """
        source "$1"
        shift
        compopt() { :; }
        for line; do
            read -ra COMP_WORDS <<<"$line"
            [[ $line != *' ' ]] || COMP_WORDS+=('')
            COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
            _${COMP_WORDS[0]//-/_}
            printf '%s\n' "${COMPREPLY[@]}" =
        done
        """;

    private const string Fish = """
        source $argv[1]
        for line in $argv[2..]
            complete -C "$line"
            echo =
        end
        """;

    private static readonly string[] Shells = ["bash", "zsh", "fish"];
    private ImmutableArray<CommandHelp> _commands;

    [OneTimeSetUp]
    public async Task AskProgramsAsync() => _commands = await CommandHelp.OfGpuRuntimeAsync();

    [TestCaseSource(nameof(Shells))]
    public async Task The_verbs_of_gpu_runtime_are_offered(string shell)
    {
        var commands = _commands.Where(static command => !command.Verbs.IsEmpty).ToList();

        var offered = await OfferedAsync(shell, "gpu-runtime", commands.Select(static command => $"{command.Command} "));

        Assert.That(offered, Is.EqualTo(commands.Select(static command => Sorted(command.Verbs))));
    }

    [TestCaseSource(nameof(Shells))]
    public async Task The_options_of_each_command_of_gpu_runtime_are_offered(string shell)
    {
        var offered = await OfferedAsync(shell, "gpu-runtime", _commands.Select(static command => $"{command.Command} --"));

        Assert.That(offered, Is.EqualTo(_commands.Select(static command => Sorted([.. command.Options, "--help", .. command.Command.Length == 0 ? (string[])["--version"] : []]))));
    }

    [TestCaseSource(nameof(Shells))]
    public async Task The_verbs_and_options_of_gpu_runtime_agent_are_offered(string shell)
    {
        var commands = await CommandHelp.OfUsageAsync(Programs.GpuRuntimeAgent);

        var offered = await OfferedAsync(shell, "gpu-runtime-agent", ["", .. commands.Select(static command => $"{command.Command} --")]);

        // Of its verbs it is top alone, the one that people call, that has a --help of its own.
        Assert.That(offered, Is.EqualTo((string[])
            [Sorted(commands.Select(static command => command.Command)), .. commands.Select(static command => Sorted([.. command.Options, .. command.Command == "top" ? (string[])["--help"] : []]))]));
    }

    [TestCaseSource(nameof(Shells))]
    public async Task Values_that_are_few_are_offered(string shell)
    {
        var offered = await OfferedAsync(shell, "gpu-runtime", ["devices --format ", "cdi generate --format ", "swarm advertise --vendor ", "top --sort ", "configure "]);

        Assert.That(offered, Is.EqualTo((string[])["json table", "json yaml", "amd intel nvidia", "container gpu memory pid power util", "containerd crio docker podman"]));
    }

    /// <param name="lines">What follows the program's name.</param>
    /// <returns>For each line the words, sorted.</returns>
    private static async Task<IEnumerable<string>> OfferedAsync(string shell, string program, IEnumerable<string> lines)
    {
        var completions = Path.Combine(Repository.Root, "completions", shell);
        var executable = Programs.Engine(shell);
        var typed = lines.Select(line => $"{program} {line.TrimStart()}");
        var run = shell switch
        {
            "bash" => Command.Of(executable, ["--norc", "-c", Bash, "bash", Path.Combine(completions, program), .. typed]),
            "zsh" => Command.Of(executable, ["-f", Path.Combine(AppContext.BaseDirectory, "Packages/complete.zsh"), completions, .. typed]),
            _ => Command.Of(executable, ["--no-config", "-c", Fish, Path.Combine(completions, $"{program}.fish"), .. typed]),
        };
        var output = (await run.WithEnvironment("TERM", "dumb").RunAsync()).EnsureSuccess().Lines;
        // After a word a tab and what it means; bash and zsh show that a value is to follow by an equals sign.
        var words = output.Select(static line => line == "=" ? line : line.Split('\t')[0].TrimEnd('='));
        return string.Join(' ', words).Split('=').SkipLast(1).Select(static line => Sorted(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)));
    }

    private static string Sorted(IEnumerable<string> words) => string.Join(' ', words.Order(StringComparer.Ordinal));
}

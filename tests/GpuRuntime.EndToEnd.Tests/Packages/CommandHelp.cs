using System.Collections.Immutable;
using System.Text.RegularExpressions;

namespace GpuRuntime.EndToEnd.Tests.Packages;

/// <summary>What a program's own help says of one of its commands.</summary>
/// <param name="Command">Its verbs, as in <c>cdi generate</c>; empty for the program itself.</param>
/// <param name="Verbs">Those that may follow.</param>
/// <param name="Options">With their dashes, without <c>--help</c> and <c>--version</c>.</param>
internal sealed partial record CommandHelp(string Command, ImmutableArray<string> Verbs, ImmutableArray<string> Options)
{
    /// <summary>Every command of gpu-runtime, the program itself first.</summary>
    public static async Task<ImmutableArray<CommandHelp>> OfGpuRuntimeAsync()
    {
        var all = ImmutableArray.CreateBuilder<CommandHelp>();
        await CollectAsync("", all);
        return all.ToImmutable();
    }

    /// <summary>The verbs of gpu-runtime-agent or gpu-runtime-hook, each by a line of the usage.</summary>
    public static async Task<ImmutableArray<CommandHelp>> OfUsageAsync(string program)
    {
        var name = Path.GetFileName(program);
        var usage = (await GpuRuntime.EndToEnd.Tests.Command.Of(program, "--help").RunAsync()).EnsureSuccess().Output;
        return [.. UsageLines().Matches(usage).Where(match => match.Groups["name"].Value == name)
            .Select(static match => new CommandHelp(match.Groups["verb"].Value, [], Distinct(LongOptions().Matches(match.Groups["rest"].Value).Select(static option => option.Value))))];
    }

    private static async Task CollectAsync(string command, ImmutableArray<CommandHelp>.Builder all)
    {
        // Without a verb, --help goes on with runc's.
        string[] arguments = command.Length == 0 ? [] : [.. command.Split(' '), "--help"];
        var help = (await GpuRuntime.EndToEnd.Tests.Command.Of(Programs.GpuRuntime, arguments).RunAsync()).EnsureSuccess().Output;
        var verbs = Section(help, "Commands:").Select(static line => line.Trim().Split(' ')[0]).ToImmutableArray();
        var options = Section(help, "Options:").Select(static line => OptionLines().Match(line).Groups["option"].Value).Where(static option => option is not ("" or "--help" or "--version"));
        all.Add(new CommandHelp(command, verbs, Distinct(options)));
        foreach (var verb in verbs)
            await CollectAsync($"{command} {verb}".Trim(), all);
    }

    private static ImmutableArray<string> Distinct(IEnumerable<string> options) => [.. options.Distinct().Order(StringComparer.Ordinal)];

    // Its lines that are indented by two, and no more: others go on with a line before.
    private static IEnumerable<string> Section(string help, string title) =>
        help.Split('\n').SkipWhile(line => line != title).Skip(1).TakeWhile(static line => line.Trim().Length > 0).Where(static line => line.StartsWith("  ", StringComparison.Ordinal) && line[2] != ' ');

    [GeneratedRegex(@"^  (-[?\w], )*(?<option>--[a-z-]+)")]
    private static partial Regex OptionLines();

    [GeneratedRegex(@"(?<name>gpu-runtime-(agent|hook)) (?<verb>[a-z]+)(?<rest>.*)")]
    private static partial Regex UsageLines();

    [GeneratedRegex("--[a-z-]+")]
    private static partial Regex LongOptions();
}

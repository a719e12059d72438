using System.Collections.Immutable;
using System.Text.RegularExpressions;

namespace GpuRuntime.EndToEnd.Tests.Packages;

/// <summary>The manual pages say what the programs say of themselves, no less and no more.</summary>
public sealed partial class ManPageRows
{
    [Test]
    public async Task Gpu_runtime_1_has_every_command_with_its_options() =>
        Assert.That(Commands("gpu-runtime.1"), Is.EqualTo(Lines((await CommandHelp.OfGpuRuntimeAsync()).Where(static help => help.Command.Length > 0))));

    [Test]
    public async Task Gpu_runtime_agent_8_has_every_command_with_its_options() =>
        Assert.That(Commands("gpu-runtime-agent.8"), Is.EqualTo(Lines(await CommandHelp.OfUsageAsync(Programs.GpuRuntimeAgent))));

    [Test]
    public async Task Gpu_runtime_hook_8_has_every_command() =>
        Assert.That(Commands("gpu-runtime-hook.8"), Is.EqualTo(Lines(await CommandHelp.OfUsageAsync(Programs.GpuRuntimeHook))));

    [Test]
    public async Task Gpu_runtime_config_5_has_every_key_of_the_configuration()
    {
        var effective = (await Command.Of(Programs.GpuRuntime, "config", "--config", Path.Combine(Repository.Root, "config/config.json")).RunAsync()).EnsureSuccess();

        Assert.That(Keys().Matches(Page("gpu-runtime-config.5")).Select(static match => match.Groups["key"].Value), Is.EqualTo(effective.Lines.Skip(1).Select(static line => line.Split(' ')[0])));
    }

    [Test]
    public async Task Groff_formats_each_page_without_a_complaint()
    {
        foreach (var page in Directory.GetFiles(Path.Combine(Repository.Root, "man")))
        {
            var result = await Command.Of(Programs.Engine("groff"), "-mandoc", "-Tutf8", "-Wall", "-ww", "-z", page).RunAsync();
            Assert.That(result.EnsureSuccess().Error, Is.Empty, page);
        }
    }

    private static string Page(string name) => File.ReadAllText(Path.Combine(Repository.Root, "man", name));

    // A subsection is a command, and the items in it are its options: mdoc writes --format as Fl -format.
    private static ImmutableSortedSet<string> Commands(string page)
    {
        var commands = Page(page).Split("\n.Sh COMMANDS\n")[1].Split("\n.Sh ")[0].Split(".Ss ").Skip(1);
        return [.. commands.Select(static text => Line(text.Split('\n')[0], Items().Matches(text).Select(static item => "-" + item.Groups["option"].Value)))];
    }

    private static ImmutableSortedSet<string> Lines(IEnumerable<CommandHelp> commands) => [.. commands.Select(static help => Line(help.Command, help.Options))];

    private static string Line(string command, IEnumerable<string> options) => $"{command}: {string.Join(' ', options.Order(StringComparer.Ordinal))}";

    [GeneratedRegex(@"^\.It Fl (?<option>-[a-z-]+)", RegexOptions.Multiline)]
    private static partial Regex Items();

    [GeneratedRegex(@"^\.It Va (?<key>\S+)", RegexOptions.Multiline)]
    private static partial Regex Keys();
}

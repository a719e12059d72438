using System.Reflection;
using System.Text.RegularExpressions;

namespace GpuRuntime.EndToEnd.Tests.Documentation;

/// <summary>The form of README.md, SECURITY.md and docs/*.md: no block that nothing runs, no link to nothing, no code of an error that there is not.</summary>
public sealed partial class PageFormRows
{
    private static readonly string[] OfRunc = ["create", "start", "run", "exec", "delete", "kill", "state"];

    [Test]
    public void Every_block_says_its_language() =>
        Assert.That(Pages.Blocks.Where(static block => block.Language.Length == 0).Select(static block => block.ToString()), Is.Empty);

    [Test]
    public void Every_block_for_a_shell_has_a_scene_that_runs_it_or_names_the_test_that_does() =>
        Assert.That(Pages.Blocks.Where(static block => block.IsShell && !(block.Scene is { } scene ? SceneSettings.ByName.ContainsKey(scene) : block.TestedBy is not null))
            .Select(static block => block.ToString()), Is.Empty);

    [Test]
    public void A_block_that_another_test_runs_names_one_that_exists() =>
        Assert.That(Pages.Blocks.Select(static block => block.TestedBy).OfType<string>().Where(static name => !Exists(name)), Is.Empty);

    [Test]
    public void Every_remark_stands_before_a_block()
    {
        var used = Pages.Blocks.Sum(static block => block.Remarks.Length);

        Assert.That(Pages.All.SelectMany(static page => File.ReadLines(InRepository(page))).Count(static line => line.StartsWith("<!--", StringComparison.Ordinal)), Is.EqualTo(used));
    }

    [Test]
    public void Every_relative_link_leads_to_a_file_and_to_a_heading_of_it()
    {
        var dead = from page in Pages.All
                   from Match link in Link().Matches(Text(page))
                   let target = link.Groups[1].Value
                   where !target.Contains("://", StringComparison.Ordinal) && !Leads(page, target)
                   select $"{page}: {target}";

        Assert.That(dead, Is.Empty);
    }

    [Test]
    public void Every_page_can_be_reached_from_the_README()
    {
        var links = Link().Matches(Text("README.md")).Select(static link => link.Groups[1].Value.Split('#')[0]);

        Assert.That(Pages.All.Where(static page => page.StartsWith("docs/", StringComparison.Ordinal)).Except(links), Is.Empty);
    }

    [Test]
    public void Every_error_code_of_the_program_is_explained_and_no_other()
    {
        var documented = Row().Matches(Text("docs/errors.md")).Select(static row => $"{row.Groups[2].Value} = {row.Groups[1].Value}");
        var declared = Member().Matches(File.ReadAllText(InRepository("src/GpuRuntime.Core/Errors/ErrorCode.cs"))).Select(static member => member.Value);

        Assert.That(documented, Is.EquivalentTo(declared));
    }

    [Test]
    public void Every_error_code_that_a_page_names_is_explained()
    {
        var documented = Row().Matches(Text("docs/errors.md")).Select(static row => row.Groups[1].Value).ToHashSet();

        Assert.That(Pages.All.SelectMany(static page => ErrorNumber().Matches(Text(page)).Select(static code => code.Groups[1].Value)).Where(code => !documented.Contains(code)), Is.Empty);
    }

    [Test]
    public async Task Every_command_of_ours_that_a_page_names_is_one()
    {
        var named = Pages.All.SelectMany(static page => Verb().Matches(File.ReadAllText(InRepository(page))).Select(static verb => verb.Groups[1].Value)).ToHashSet();
        var help = (await Command.Of(Programs.GpuRuntime, "--help").RunAsync()).EnsureSuccess().Output;

        Assert.That(named, Is.SupersetOf((string[])["check", "devices"]));
        Assert.That(named.Where(verb => !OfRunc.Contains(verb) && !Regex.IsMatch(help, $@"^\s+{verb}\b", RegexOptions.Multiline)), Is.Empty);
    }

    [Test]
    public async Task The_page_on_the_configuration_has_every_key_and_no_other()
    {
        var program = (await Command.Of(Programs.GpuRuntime, "config").WithEnvironment("GPU_RUNTIME_CONFIG", Path.Combine(Repository.Root, "config/config.json")).RunAsync()).EnsureSuccess()
            .Lines.Select(static line => line.Split(' ')[0]).Where(static word => Key().IsMatch(word));
        var rows = from line in File.ReadLines(InRepository("docs/configuration.md"))
                   where line.StartsWith("| `", StringComparison.Ordinal)
                   let keys = Code(line.Split(" | ")[0]).ToList()
                   from key in keys
                   select key.StartsWith('.') ? keys[0][..keys[0].LastIndexOf('.')] + key : key;

        Assert.That(rows, Is.EquivalentTo(program));
    }

    private static IEnumerable<string> Code(string cell) => Regex.Matches(cell, "`([^`]+)`").Select(static code => code.Groups[1].Value);

    private static bool Leads(string page, string target)
    {
        var parts = target.Split('#');
        var path = parts[0].Length == 0 ? page : Path.Combine(Path.GetDirectoryName(page)!, parts[0]);
        if (!Path.Exists(InRepository(path)))
            return false;
        return parts.Length == 1 || Heading().Matches(Text(path)).Any(heading => Anchor(heading.Groups[1].Value) == parts[1]);
    }

    // As GitHub makes it of a heading.
    private static string Anchor(string heading) => NotOfAnchors().Replace(heading.ToLowerInvariant(), "").Replace(' ', '-');

    private static bool Exists(string name) => name.Split('.') is [var type, var method] &&
        Assembly.GetExecutingAssembly().GetTypes().Any(candidate => candidate.Name == type && candidate.GetMethod(method) is not null);

    // A comment in a shell's block is no heading, and a link there is none.
    private static string Text(string page) => Fenced().Replace(File.ReadAllText(InRepository(page)), "");

    private static string InRepository(string path) => Path.Combine(Repository.Root, path);

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex("^#+ (.+)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex("[^a-z0-9 _-]")]
    private static partial Regex NotOfAnchors();

    [GeneratedRegex("^```.*?^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fenced();

    [GeneratedRegex(@"^\| GRT(\d{4}) \| (\w+) \|", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex(@"\w+ = \d{4}(?=,)")]
    private static partial Regex Member();

    [GeneratedRegex(@"GRT(\d{4})")]
    private static partial Regex ErrorNumber();

    [GeneratedRegex("`(?:sudo )?gpu-runtime ([a-z]+)")]
    private static partial Regex Verb();

    [GeneratedRegex(@"^[a-z][A-Za-z]+(\.[A-Za-z.]+)?$")]
    private static partial Regex Key();
}

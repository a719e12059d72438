using System.Text.RegularExpressions;

namespace GpuRuntime.EndToEnd.Tests.UserGuide;

/// <summary>docs/user-guide.md says what the tests of these commands find, and docker gpu run writes the commands that it says.</summary>
public sealed partial class GuideTableRows
{
    // Answers as a docker that knows annotations, and shows its arguments one by one.
    private const string StandIn = "#!/bin/sh\nif [ \"$1\" = version ]; then echo 1.45 1.45; else printf '%s|' \"$@\"; fi\n";

    private TestDirectory? _directory;

    [OneTimeSetUp]
    public void CreateDirectory()
    {
        _directory = TestDirectory.Create();
        RuntimeScript.Write(_directory.Combine("docker"), StandIn);
        File.CreateSymbolicLink(_directory.Combine("docker-gpu"), Programs.GpuRuntime);
    }

    [OneTimeTearDown]
    public async Task DeleteDirectoryAsync() => await _directory!.DisposeAsync();

    [Test]
    public void The_table_has_a_row_for_each_command_and_no_other() =>
        Assert.That(Table().Select(static row => row[0]), Is.EqualTo(GuideCommands.All.Select(static command => $"{command.Number}")));

    [TestCaseSource(typeof(GuideCommands), nameof(GuideCommands.All))]
    public void The_row_says_what_happens(GuideCommand command)
    {
        ArgumentNullException.ThrowIfNull(command);
        var (written, plain, ours) = Table().Where(row => row[0] == $"{command.Number}").Select(static row => (row[1], row[2], row[3])).Single();

        Assert.Multiple(() =>
        {
            Assert.That(written, Does.StartWith($"`{command.Flags} "));
            Assert.That(plain, command.Refusal is { } refusal ? Does.StartWith("refused: ").And.Contain(refusal) : Does.StartWith("runs"));
            Assert.That(plain.Contains("without a GPU", StringComparison.Ordinal), Is.EqualTo(command.Refusal is null && command.Gpus.IsEmpty));
            Assert.That(ours, command.Translated is { } translated ? Does.Contain($"`{translated}`") : Does.StartWith("runs").Or.EqualTo("the same"));
            Assert.That(ours.Contains("GRT2007", StringComparison.Ordinal), Is.EqualTo(command.LimitMebibytes is not null));
        });
    }

    [TestCaseSource(typeof(GuideCommands), nameof(GuideCommands.All))]
    public async Task Docker_gpu_run_writes_the_command_of_the_table_and_changes_nothing_else(GuideCommand command)
    {
        ArgumentNullException.ThrowIfNull(command);
        var expected = command.Translated is null ? command.Line : GpusFlag().Replace(command.Line, command.Translated.Replace("$", "$$", StringComparison.Ordinal), 1);

        var run = (await InShellAsync(command.Line.Replace("docker run", "docker-gpu run", StringComparison.Ordinal))).EnsureSuccess();
        var printed = (await InShellAsync(command.Line.Replace("docker run", "docker-gpu run --dry-run", StringComparison.Ordinal))).EnsureSuccess();

        var arguments = (await InShellAsync(expected)).EnsureSuccess().Output;
        Assert.That(arguments, Does.StartWith("run|"));
        Assert.That(run.Output, Is.EqualTo(arguments), "what docker gets");
        Assert.That((await InShellAsync(printed.Output)).EnsureSuccess().Output, Is.EqualTo(arguments), "what a dry run prints");
    }

    private static IEnumerable<string[]> Table() =>
        from line in File.ReadLines(Path.Combine(Repository.Root, "docs", "user-guide.md"))
        where NumberedRow().IsMatch(line)
        select line.Split('|', StringSplitOptions.TrimEntries)[1..^1];

    private Task<CommandResult> InShellAsync(string line) => Command.Of("sh", "-c", line)
        .WithEnvironment("PATH", $"{_directory!.FullPath}:{Programs.SearchPath}")
        .WithEnvironment("DOCKER_CLI_PLUGIN_ORIGINAL_CLI_COMMAND", null).RunAsync();

    [GeneratedRegex(@"^\| \d+ \|", RegexOptions.CultureInvariant)]
    private static partial Regex NumberedRow();

    [GeneratedRegex(@"--gpus ('[^']*'|\S+)", RegexOptions.CultureInvariant)]
    private static partial Regex GpusFlag();
}

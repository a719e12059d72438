using System.Collections;

namespace GpuRuntime.EndToEnd.Tests.Documentation;

/// <summary>
/// What README.md, SECURITY.md and docs/*.md tell a reader to type is typed here. A comment before a block of language sh names the scene in which it runs:
/// <c>&lt;!-- scene: docker --&gt;</c>, one of <see cref="SceneSettings"/>, a host with GPUs, an engine, and gpu-runtime installed or not, whose files may
/// be written to (<see cref="Scene"/>). The blocks of a page that name the same scene run in it in their order, each as one shell script in a clone of the
/// repository. All commands must succeed; what further comments say, <c>&lt;!-- prints: TEXT --&gt;</c>, must be in the output. IMAGE is
/// <see cref="SceneImage"/>, whose programs fail where they find no GPU. A block of another language with <c>&lt;!-- file: PATH --&gt;</c> is saved there, if
/// it has a scene too. Blocks of language console are commands behind a prompt, each with the output that it must have, in which <c>...</c> stands for any.
/// <c>&lt;!-- tested by: Type.Method --&gt;</c> names the test that runs what no scene can.
/// </summary>
[TestFixtureSource(nameof(Parts))]
public sealed class PageRows(string page, string sceneName)
{
    private Scene? _scene;

    private Scene Scene => _scene!;

    public static IEnumerable Parts => Pages.Blocks.Where(static block => block.Scene is not null).Select(static block => (block.Page, block.Scene)).Distinct()
        .Select(static part => new TestFixtureData(part.Page, part.Scene));

    [OneTimeSetUp]
    public async Task BeginAsync() => _scene = await Scene.StartOrIgnoreAsync(sceneName);

    [OneTimeTearDown]
    public async Task EndAsync()
    {
        if (_scene is not null)
            await _scene.DisposeAsync();
    }

    [Test]
    public async Task What_the_page_tells_to_type_works()
    {
        foreach (var block in Pages.Blocks.Where(block => block.Page == page && block.Scene == sceneName))
        {
            var text = block.Text.Replace("IMAGE", SceneImage.Reference, StringComparison.Ordinal);
            if (block.File is { } file)
                (await Scene.RunAsync($"mkdir -p \"$(dirname {file})\"; cat >{file} <<'END_OF_BLOCK'\n{text}END_OF_BLOCK")).EnsureSuccess();
            else if (block.Language == "console")
                await AssertConsoleAsync(block, text);
            else
                await AssertRunsAsync(block, text);
        }
    }

    private async Task AssertRunsAsync(FencedBlock block, string text)
    {
        var result = await Scene.RunAsync(text);
        Assert.That(result.ExitCode, Is.Zero, () => $"{block}\n{result}\n{Scene.Log}");
        foreach (var printed in block.Prints)
            Assert.That(result.Output + result.Error, Does.Contain(printed), () => $"{block}\n{result}");
    }

    private async Task AssertConsoleAsync(FencedBlock block, string text)
    {
        foreach (var part in ("\n" + text).Split("\n$ ").Skip(1))
        {
            var lines = part.TrimEnd('\n').Split('\n');
            var result = await Scene.RunAsync(lines[0]);
            Assert.That(result.ExitCode, Is.Zero, () => $"{block}\n{result}\n{Scene.Log}");
            Assert.That(ConsoleText.Matches(string.Join('\n', lines[1..]), result.Output), Is.True, () => $"{block}: this is not what the page shows\n{part}\n{result}");
        }
    }
}

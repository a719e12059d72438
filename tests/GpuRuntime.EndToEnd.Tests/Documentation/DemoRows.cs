using System.Text.RegularExpressions;

namespace GpuRuntime.EndToEnd.Tests.Documentation;

/// <summary>The README shows what `make demo` prints.</summary>
public sealed partial class DemoRows
{
    private const string Script = "build/demo.sh";

    [Test]
    public async Task The_demo_prints_what_the_README_shows()
    {
        var shown = Pages.Blocks.Single(static block => block.Remarks.Contains(("printed by", Script)));
        var demo = Command.Of(Path.Combine(Repository.Root, Script))
            .WithEnvironment("TEST_HOSTS", Path.Combine(AppContext.BaseDirectory, "gpu-runtime-test-hosts.dll"))
            .WithEnvironment("REAL", null);

        var printed = (await demo.RunAsync()).EnsureSuccess();

        Assert.That(WithoutWhatVaries(printed.Output), Is.EqualTo(WithoutWhatVaries(shown.Text)));
    }

    private static string WithoutWhatVaries(string text) => Time().Replace(Identifier().Replace(text, "demo-PID"), "TIME");

    [GeneratedRegex("demo-[0-9]+")]
    private static partial Regex Identifier();

    [GeneratedRegex("[A-Z][a-z]{2} [ 0-3][0-9] [0-2][0-9]:[0-5][0-9]")]
    private static partial Regex Time();
}

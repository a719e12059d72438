using System.Collections.Immutable;

namespace GpuRuntime.EndToEnd.Tests.Documentation;

/// <summary>Lines between two fences of a page.</summary>
/// <param name="Page">Path in the repository.</param>
/// <param name="Line">Of the first fence, from 1.</param>
/// <param name="Language">What stands behind the fence; empty: nothing.</param>
internal sealed record FencedBlock(string Page, int Line, string Language, string Text)
{
    /// <summary>Lines a shell reads, and those with a prompt and what is printed.</summary>
    public bool IsShell => Language is "sh" or "console";

    /// <summary>Of comments before the block, by what each tells: see <see cref="PageRows"/>.</summary>
    public ImmutableArray<(string Word, string Value)> Remarks { get; init; } = [];

    public string? Scene => Value("scene");

    /// <summary>Type and method of a test that runs the same line, where no scene can.</summary>
    public string? TestedBy => Value("tested by");

    /// <summary>Where the reader is told to save it.</summary>
    public string? File => Value("file");

    public IEnumerable<string> Prints => Remarks.Where(static remark => remark.Word == "prints").Select(static remark => remark.Value);

    public override string ToString() => $"{Page}:{Line}";

    private string? Value(string word) => Remarks.Where(remark => remark.Word == word).Select(static remark => remark.Value).SingleOrDefault();
}

namespace GpuRuntime.Fuzz.Tests.Replay;

/// <summary>The inputs that are kept for each target: seeds that we wrote, and what fuzzing has found.</summary>
internal static class Corpus
{
    private static readonly string Root = Path.Combine(TestContext.CurrentContext.TestDirectory, "corpus");

    /// <summary>The files of a target, in the order of their names.</summary>
    public static string[] Of(string target) =>
        Directory.Exists(Path.Combine(Root, target)) ? [.. Directory.GetFiles(Path.Combine(Root, target)).Order(StringComparer.Ordinal)] : [];

    /// <summary>The targets that have a directory.</summary>
    public static string[] Targets => [.. Directory.GetDirectories(Root).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];
}

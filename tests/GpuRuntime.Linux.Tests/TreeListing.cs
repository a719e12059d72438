namespace GpuRuntime.Linux.Tests;

/// <summary>Everything in a tree as text: kinds, modes, owners, inodes, sizes, times, links and contents. Equal text, untouched tree.</summary>
internal static class TreeListing
{
    private const string TemporaryPrefix = ".gpu-runtime-";

    public static string Of(string directory)
    {
        var names = Command.Run("find", directory, "-printf", "%P %y %m %U:%G %i %s %T@ %C@ %l\\n");
        var contents = Command.Run("find", directory, "-type", "f", "-size", "-64k", "-exec", "cksum", "{}", "+");
        return string.Join('\n', $"{names}{contents}".Split('\n').Order(StringComparer.Ordinal));
    }

    public static void AssertNoTemporaries(string directory) =>
        Assert.That(Names(directory).Where(name => Path.GetFileName(name).StartsWith(TemporaryPrefix, StringComparison.Ordinal)), Is.Empty);

    public static string[] Names(string directory) =>
        Command.Run("find", directory, "-mindepth", "1", "-printf", "%P\\n").Split('\n', StringSplitOptions.RemoveEmptyEntries);
}

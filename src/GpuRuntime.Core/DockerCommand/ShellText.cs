namespace GpuRuntime.Core.DockerCommand;

/// <summary>A command as it can be pasted into a POSIX shell.</summary>
public static class ShellText
{
    private const string PlainCharacters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:=,@%+";

    public static string Of(IEnumerable<string> words) => string.Join(' ', words.Select(Quoted));

    private static string Quoted(string word) =>
        word.Length > 0 && !word.AsSpan().ContainsAnyExcept(PlainCharacters) ? word : $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}

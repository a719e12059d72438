namespace GpuRuntime.Security.Tests.Containers;

/// <summary>
/// A root filesystem as text to compare: kinds, modes, owners, device numbers, what links say and what files hold. Without times, and without the
/// sizes of directories, which do not shrink again.
/// </summary>
internal static class TreeListing
{
    // By stat, not by find's own tests: what is mounted on a name is another file than its directory says.
    private const string Script = """
        cd "$1"
        find . -path ./proc -prune -o -exec stat -c '%N: %F %a %u:%g %t:%T' {} +
        find . -path ./proc -prune -o -exec stat -c '%F:%n' {} + | sed -n 's/^regular[^:]*://p' | tr '\n' '\0' | xargs -0r md5sum
        """;

    public static async Task<string> OfAsync(string root)
    {
        var result = await Command.Of("sh", "-c", Script, "sh", root).RunAsync();
        return string.Join('\n', result.EnsureSuccess().Lines.Order(StringComparer.Ordinal));
    }
}

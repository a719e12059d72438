namespace GpuRuntime.EndToEnd.Tests;

/// <summary>A directory of one fixture's own, short enough for unix sockets below it. Leaves neither mounts nor files.</summary>
internal sealed class TestDirectory : IAsyncDisposable
{
    private TestDirectory(string path) => FullPath = path;

    public string FullPath { get; }

    public static TestDirectory Create()
    {
        var directory = Directory.CreateTempSubdirectory("grt-");
        // Container users who are not root pass through it on their way to what is mounted from below it.
        directory.UnixFileMode |= UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
        return new(directory.FullName);
    }

    public string Combine(params ReadOnlySpan<string> parts) => Path.Combine([FullPath, .. parts]);

    public string CreateSubdirectory(params ReadOnlySpan<string> parts) => Directory.CreateDirectory(Combine(parts)).FullName;

    public async ValueTask DisposeAsync()
    {
        foreach (var mount in MountPoints().OrderByDescending(static point => point.Length))
            await Command.Of("umount", "--lazy", mount).RunAsync();
        (await Command.Of("rm", "-rf", "--one-file-system", FullPath).RunAsync()).EnsureSuccess();
    }

    private IEnumerable<string> MountPoints() =>
        File.ReadLines("/proc/self/mountinfo")
            .Select(static line => line.Split(' ')[4])
            .Where(point => point.StartsWith(FullPath + "/", StringComparison.Ordinal));
}

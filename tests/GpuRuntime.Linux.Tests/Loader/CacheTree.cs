namespace GpuRuntime.Linux.Tests.Loader;

/// <summary>A root with libraries whose names are hard to sort, glibc-hwcaps variants among them, and caches of it that ldconfig wrote.</summary>
internal sealed class CacheTree : IDisposable
{
    public static readonly string[] Names =
    [
        "libalpha.so.1", "libalpha.so.2", "libalpha.so.10", "libalpha.so.1.2", "libalpha.so.01", "libalpha1.so", "libalpha10.so", "libalpha-x.so.1",
        "libalpha_x.so.1", "libAlpha.so.1", "lib1.so", "lib01.so", "lib2a.so", "libzeta.so.4294967297", "libé.so.1",
    ];

    private readonly TemporaryDirectory _directory = new();

    private CacheTree()
    {
        var first = _directory.Combine("opt/lib/libalpha.so.1");
        foreach (var name in Names)
            Library.Build(_directory.Combine($"opt/lib/{name}"), name);
        foreach (var level in new[] { "x86-64-v2", "x86-64-v3" })
        {
            _directory.MakeDirectory($"opt/lib/glibc-hwcaps/{level}");
            File.Copy(first, _directory.Combine($"opt/lib/glibc-hwcaps/{level}/libalpha.so.1"));
        }

        _directory.MakeDirectory("opt/second");
        File.Copy(first, _directory.Combine("opt/second/libalpha.so.1"));
        _directory.Write("etc/ld.so.conf", "/opt/lib\n/opt/second\n");
        New = Make("new");
        Compatible = Make("compat");
    }

    public string New { get; }

    /// <summary>With the older table in front.</summary>
    public string Compatible { get; }

    public static CacheTree Create() => new();

    public void Dispose() => _directory.Dispose();

    private string Make(string format)
    {
        Command.Run("ldconfig", "-r", _directory.Path, "-c", format, "-C", $"/etc/{format}.cache");
        return _directory.Combine($"etc/{format}.cache");
    }
}

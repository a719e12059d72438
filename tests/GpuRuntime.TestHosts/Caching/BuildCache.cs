namespace GpuRuntime.TestHosts;

/// <summary>
/// Directories that are slow to make, kept between test runs and shared by processes that run at the same time:
/// each is built under a temporary name by the one process that holds its lock, and appears by rename.
/// </summary>
internal static class BuildCache
{
    public const string Variable = "GPU_RUNTIME_TEST_CACHE";

    private static readonly TimeSpan Unused = TimeSpan.FromDays(7);

    /// <summary>How long to wait for another process: NVIDIA's packages are half a gigabyte to fetch.</summary>
    private static readonly TimeSpan LongestBuild = TimeSpan.FromMinutes(10);

    /// <summary>Identifies the code that built an entry: the compiler is deterministic, so it changes with the source and only then.</summary>
    public static string Generator { get; } = typeof(BuildCache).Module.ModuleVersionId.ToString("N")[..12];

    /// <param name="family">Entries of one family replace each other; those not used for a week go when a new one is built.</param>
    /// <param name="key">Distinguishes the members of the family.</param>
    /// <param name="build">Fills the directory whose path it gets.</param>
    /// <returns>The finished directory: read it, never write to it.</returns>
    public static string Get(string family, string key, Action<string> build)
    {
        var root = Root();
        var entry = Path.Combine(root, $"{family}-{key}");
        if (!Directory.Exists(entry))
        {
            using var hold = Lock(Path.Combine(root, $"{family}-{key}.lock"));
            if (!Directory.Exists(entry))
            {
                Build(root, entry, build);
                Prune(root, family);
            }
        }
        Directory.SetLastWriteTimeUtc(entry, DateTime.UtcNow);
        return entry;
    }

    private static void Build(string root, string entry, Action<string> build)
    {
        var temporary = Path.Combine(root, $".building-{Guid.NewGuid():N}");
        Directory.CreateDirectory(temporary);
        try
        {
            build(temporary);
            Directory.Move(temporary, entry);
        }
        finally
        {
            if (Directory.Exists(temporary))
                Directory.Delete(temporary, recursive: true);
        }
    }

    private static void Prune(string root, string family)
    {
        foreach (var entry in Directory.GetDirectories(root, family + "-*"))
        {
            if (DateTime.UtcNow - Directory.GetLastWriteTimeUtc(entry) > Unused)
                Directory.Delete(entry, recursive: true);
        }
    }

    // FileShare.None is flock(LOCK_EX | LOCK_NB) on Linux: it ends with the process, however that ends.
    private static FileStream Lock(string path)
    {
        for (var deadline = DateTime.UtcNow + LongestBuild; ;)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (DateTime.UtcNow < deadline)
            {
                Thread.Sleep(50);
            }
        }
    }

    private static string Root()
    {
        var root = Environment.GetEnvironmentVariable(Variable);
        if (string.IsNullOrEmpty(root))
            root = Path.Combine(Path.GetTempPath(), $"gpu-runtime-test-cache-{Libc.EffectiveUser()}");
        root = Path.GetFullPath(root);
        Directory.CreateDirectory(root, FileModes.Private);
        if (Libc.Owner(root) != Libc.EffectiveUser())
            throw new TestResourceUnavailableException($"the cache {root} belongs to another user: set {Variable}");
        return root;
    }
}

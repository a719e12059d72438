namespace GpuRuntime.Linux.Tests.Loader;

/// <summary>Tests that share caches which ldconfig wrote.</summary>
public abstract class CacheTreeFixture : DirectoryFixture
{
    private CacheTree? _tree;

    private protected CacheTree Tree => _tree!;

    [OneTimeSetUp]
    public void CreateTree() => _tree = CacheTree.Create();

    [OneTimeTearDown]
    public void DisposeTree() => _tree?.Dispose();
}

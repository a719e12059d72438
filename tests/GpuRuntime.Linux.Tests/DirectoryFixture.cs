namespace GpuRuntime.Linux.Tests;

/// <summary>Tests that each have a directory.</summary>
public abstract class DirectoryFixture
{
    private TemporaryDirectory? _directory;

    private protected TemporaryDirectory Temporary => _directory!;

    [SetUp]
    public void CreateDirectory() => _directory = TemporaryDirectory.Create();

    [TearDown]
    public void DisposeDirectory() => _directory?.Dispose();
}

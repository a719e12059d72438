using GpuRuntime.TestHosts;

namespace GpuRuntime.EndToEnd.Tests.Configure;

/// <summary>Rows of gpu-runtime configure, each with a directory that stands for /etc.</summary>
public abstract class ConfigureFixture
{
    private TestDirectory? _directory;

    private protected TestDirectory Directory => _directory!;

    [SetUp]
    public void CreateDirectory() => _directory = TestDirectory.Create();

    [TearDown]
    public async Task RemoveDirectoryAsync()
    {
        if (_directory is not null)
            await _directory.DisposeAsync();
    }

    /// <summary>A program, or the reason why the row is skipped.</summary>
    private protected static string Available(Func<string> find)
    {
        try
        {
            return find();
        }
        catch (TestResourceUnavailableException unavailable)
        {
            Assert.Ignore(unavailable.Reason);
            throw;
        }
    }

    private protected static Command Configure(string engine, string file, params ReadOnlySpan<string> options) =>
        Command.Of(Programs.GpuRuntime, ["configure", engine, "--file", file, .. options]);

    /// <summary>Names and contents of all files.</summary>
    private protected string Listing() => string.Join('\n', System.IO.Directory.EnumerateFiles(Directory.FullPath, "*", SearchOption.AllDirectories)
        .Order(StringComparer.Ordinal).Select(path => $"{path[Directory.FullPath.Length..]}: {File.ReadAllText(path)}"));

    private protected string Write(string name, string content)
    {
        var path = Directory.Combine(name);
        System.IO.Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, content);
        return path;
    }
}

namespace GpuRuntime.Linux.Tests.Cooperative;

/// <summary>The libraries under test and the programs around them, compiled for the first test that needs them, gone after the last.</summary>
[SetUpFixture]
public sealed class CooperativePrograms
{
    private static readonly string[] Strict = ["-std=gnu11", "-O2", "-Wall", "-Wextra", "-Werror"];
    private static readonly string[] Shared = ["-fPIC", "-shared", "-fvisibility=hidden"];
    private static readonly Lazy<TemporaryDirectory> _built = new(Build);

    /// <summary>Our libcuda.so.1 and libnvidia-ml.so.1.</summary>
    internal static string Libraries => _built.Value.Combine("libraries");

    /// <summary>The stand-in driver's, by the same names.</summary>
    internal static string Driver => _built.Value.Combine("driver");

    /// <summary>The stand-in for a driver that lacks newer functions.</summary>
    internal static string OldDriver => _built.Value.Combine("old-driver");

    /// <summary>client, linked, resolve.</summary>
    internal static string Programs => _built.Value.Combine("programs");

    [OneTimeTearDown]
    public void Delete()
    {
        if (_built.IsValueCreated)
            _built.Value.Dispose();
    }

    private static TemporaryDirectory Build()
    {
        var directory = TemporaryDirectory.Create();
        Command.Run("sh", Path.Combine(Repository(), "src/native/cooperative/build.sh"), directory.Combine("libraries"));
        foreach (var name in new[] { "driver", "old-driver", "programs" })
            directory.MakeDirectory(name);
        string[] old = ["-DOLD_DRIVER"];
        Compile("stand-in-driver.c", directory.Combine("driver/libcuda.so.1"), [.. Shared, "-Wl,-soname,libcuda.so.1"]);
        Compile("stand-in-nvml.c", directory.Combine("driver/libnvidia-ml.so.1"), [.. Shared, "-Wl,-soname,libnvidia-ml.so.1"]);
        Compile("stand-in-driver.c", directory.Combine("old-driver/libcuda.so.1"), [.. old, .. Shared, "-Wl,-soname,libcuda.so.1"]);
        Compile("client.c", directory.Combine("programs/client"), []);
        Compile("resolve.c", directory.Combine("programs/resolve"), ["-D_GNU_SOURCE"]);
        Compile("linked.c", directory.Combine("programs/linked"),
            [directory.Combine("driver/libcuda.so.1"), directory.Combine("driver/libnvidia-ml.so.1")]);
        return directory;
    }

    private static void Compile(string source, string output, string[] more) =>
        Command.Run("gcc", [.. Strict, Path.Combine(AppContext.BaseDirectory, "Cooperative/Programs", source), "-o", output, .. more]);

    private static string Repository()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (directory is not null && !File.Exists(Path.Combine(directory.FullName, "Directory.Packages.props")))
            directory = directory.Parent;
        return directory?.FullName ?? throw new DirectoryNotFoundException($"no repository above {AppContext.BaseDirectory}");
    }
}

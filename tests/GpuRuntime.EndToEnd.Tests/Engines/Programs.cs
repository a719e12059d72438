using GpuRuntime.TestHosts;

namespace GpuRuntime.EndToEnd.Tests;

/// <summary>Where the programs under test, and the engines, are.</summary>
internal static class Programs
{
    private const string Variable = "GPU_RUNTIME_BIN";
    private static readonly string[] Directories = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"];

    public static string GpuRuntime => Built("gpu-runtime");

    public static string GpuRuntimeHook => Built("gpu-runtime-hook");

    public static string GpuRuntimeAgent => Built("gpu-runtime-agent");

    /// <summary>The PATH for engines: a test must not depend on the caller's.</summary>
    public static string SearchPath { get; } = string.Join(':', Directories);

    /// <exception cref="TestResourceUnavailableException">It is not installed.</exception>
    public static string Engine(string name) =>
        Directories.Select(directory => Path.Combine(directory, name)).FirstOrDefault(File.Exists)
        ?? throw new TestResourceUnavailableException($"{name} is not installed (`make setup` installs it from Debian's packages)");

    private static string Built(string name)
    {
        var path = Path.Combine(Environment.GetEnvironmentVariable(Variable) ?? Path.Combine(Repository.Root, "artifacts", "bin"), name);
        return File.Exists(path)
            ? path
            : throw new FileNotFoundException($"{path} is not there: run `make build` first, or name the directory of the binaries in {Variable}.");
    }
}

namespace GpuRuntime.EndToEnd.Tests.Limits;

/// <summary>A libnvidia-ml.so.1 that stands in for a driver's which no test machine has (stand-in-nvml.c), and what it was told.</summary>
internal sealed class StandInNvml
{
    private readonly string _configuration;
    private readonly string _record;

    private StandInNvml(string directory)
    {
        Directory = directory;
        Library = Path.Combine(directory, "libnvidia-ml.so.1");
        _configuration = Path.Combine(directory, "configuration");
        _record = Path.Combine(directory, "record");
        Begin();
    }

    public string Directory { get; }

    public string Library { get; }

    /// <summary>What it was told, a line a call.</summary>
    public string[] Record => File.ReadAllLines(_record);

    /// <summary>The limits that were set and taken away.</summary>
    public string[] Limits => [.. Record.Where(line => line.StartsWith("set ", StringComparison.Ordinal))];

    /// <param name="definitions">Of the compiler, such as WITHOUT_LIMITS.</param>
    public static async Task<StandInNvml> CompileAsync(string directory, params string[] definitions)
    {
        var library = new StandInNvml(System.IO.Directory.CreateDirectory(directory).FullName);
        var source = Path.Combine(AppContext.BaseDirectory, "Limits", "stand-in-nvml.c");
        (await Command.Of(
            Programs.Engine("gcc"),
            [
                "-std=gnu11", "-O1", "-Wall", "-Wextra", "-Werror", "-D_GNU_SOURCE", "-shared", "-fPIC", .. definitions.Select(definition => $"-D{definition}"),
                $"-DCONFIGURATION=\"{library._configuration}\"", $"-DRECORD=\"{library._record}\"", "-Wl,-soname,libnvidia-ml.so.1", "-o", library.Library, source,
            ]).RunAsync()).EnsureSuccess();
        return library;
    }

    /// <summary>Forgets what it was told, and has these lines as its configuration.</summary>
    public void Begin(params string[] configuration)
    {
        File.WriteAllLines(_configuration, configuration);
        File.WriteAllText(_record, "");
    }
}

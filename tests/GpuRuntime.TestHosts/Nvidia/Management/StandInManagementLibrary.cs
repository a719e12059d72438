using System.Security.Cryptography;
using System.Text;

namespace GpuRuntime.TestHosts;

/// <summary>
/// A libnvidia-ml.so.1 that tells of the GPUs of a scenario, which can change while programs have it loaded. The form of scenarios stands at the
/// beginning of stand-in-nvml.c; <see cref="NvmlScenario"/> writes those of whole GPUs.
/// </summary>
public sealed class StandInManagementLibrary
{
    private const string Source = "stand-in-nvml.c";

    private StandInManagementLibrary(string path) => Path = path;

    public string Path { get; }

    private string ScenarioPath => System.IO.Path.Combine(System.IO.Path.GetDirectoryName(Path)!, "nvml.scenario");

    /// <param name="without">Names of functions that it does not have, as an older one.</param>
    /// <exception cref="TestResourceUnavailableException">There is no compiler.</exception>
    public static StandInManagementLibrary Create(string directory, string scenario, params string[] without)
    {
        Directory.CreateDirectory(directory);
        return Put(System.IO.Path.Combine(directory, "libnvidia-ml.so.1"), scenario, without);
    }

    /// <summary>Makes it the library of a simulated driver, as programs of this machine find it.</summary>
    /// <param name="driverRoot">Of a simulated host.</param>
    /// <inheritdoc cref="Create"/>
    public static StandInManagementLibrary PutInto(string driverRoot, string scenario, params string[] without)
    {
        // lib is a link to usr/lib.
        var usr = System.IO.Path.Combine(driverRoot, "usr");
        var library = Directory.GetFiles(usr, "libnvidia-ml.so.*", SearchOption.AllDirectories)
            .Single(path => System.IO.Path.GetRelativePath(usr, path).Contains("64", StringComparison.Ordinal) && new FileInfo(path).LinkTarget is null);
        return Put(library, scenario, without);
    }

    /// <summary>Names of the functions that it has when it is told to go without none.</summary>
    public static IEnumerable<string> Functions() =>
        Tool.Run("nm", ["-D", "--defined-only", Compiled([])]).Split('\n').Select(line => line.Split(' ')[^1]).Where(name => name.StartsWith("nvml", StringComparison.Ordinal));

    /// <summary>Changes the scenario; the order of GPUs and MIG devices stays.</summary>
    public void Tell(string scenario)
    {
        var changed = ScenarioPath + ".new";
        File.WriteAllText(changed, scenario);
        File.Move(changed, ScenarioPath, overwrite: true);
    }

    /// <summary>Another file takes its place, as when a driver is upgraded.</summary>
    public void Replace(params string[] without)
    {
        var changed = Path + ".new";
        File.Copy(Compiled(without), changed);
        File.Move(changed, Path, overwrite: true);
    }

    private static StandInManagementLibrary Put(string path, string scenario, string[] without)
    {
        var library = new StandInManagementLibrary(path);
        library.Tell(scenario);
        library.Replace(without);
        return library;
    }

    private static string Compiled(string[] without)
    {
        var key = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join(' ', without))))[..12];
        var directory = BuildCache.Get("stand-in-nvml", $"{BuildCache.Generator}-{key}", work =>
        {
            using var source = new StreamReader(typeof(StandInManagementLibrary).Assembly.GetManifestResourceStream(Source)!);
            File.WriteAllText(System.IO.Path.Combine(work, Source), source.ReadToEnd());
            File.WriteAllText(System.IO.Path.Combine(work, "without"), without.Length == 0 ? "{ };\n" : $"{{ local: {string.Concat(without.Select(name => $"{name};"))} }};\n");
            Tool.Run(
                "gcc",
                [
                    "-std=gnu11", "-O1", "-Wall", "-Wextra", "-Werror", "-D_GNU_SOURCE", "-shared", "-fPIC", "-Wl,-soname,libnvidia-ml.so.1", "-Wl,--version-script,without",
                    "-o", "libnvidia-ml.so.1", Source,
                ],
                work);
        });
        return System.IO.Path.Combine(directory, "libnvidia-ml.so.1");
    }
}

using System.Text.Json.Nodes;
using GpuRuntime.TestHosts;

namespace GpuRuntime.Security.Tests.Specifications;

/// <summary>A directory of specifications, and hosts of which gpu-runtime writes there.</summary>
internal sealed class SpecDirectory : IAsyncDisposable
{
    /// <summary>Ours of NVIDIA's GPUs, in the format of the first generate.</summary>
    public const string Own = "gpu-runtime-nvidia.yaml";

    /// <summary>The same in the other format.</summary>
    public const string OwnJson = "gpu-runtime-nvidia.json";

    // The inode and both times: a file that was written anew with the same content is another one.
    private const string Script = """
        cd "$1" || exit
        find . -mindepth 1 -printf '%P %i %y %m %U:%G %T@ %C@ %s %l\n' | sort
        find . -type f -size -1M -exec md5sum {} +
        """;

    private readonly TestMachine[] _machines;

    private SpecDirectory(params TestMachine[] machines)
    {
        _machines = machines;
        FullPath = machines[0].Directory.CreateSubdirectory("specs", "cdi");
        File.SetUnixFileMode(FullPath, (UnixFileMode)Convert.ToInt32("755", 8));
        foreach (var machine in machines)
            File.Copy(machine.WriteConfiguration("with-specs.json", config => config["cdi"] = new JsonObject { ["specDirs"] = new JsonArray(FullPath) }), machine.ConfigPath, overwrite: true);
    }

    public string FullPath { get; }

    /// <summary>Beside the specifications, and theirs alone.</summary>
    public TestDirectory Surroundings => _machines[0].Directory;

    /// <summary>Configurations of hosts with two GPUs of NVIDIA's, with three, and with none.</summary>
    public string TwoGpus => _machines[0].ConfigPath;

    public string ThreeGpus => _machines[1].ConfigPath;

    public string NoGpu => _machines[2].ConfigPath;

    public static SpecDirectory Create() => new(
        TestMachine.Create(new SimulatedNvidiaHostOptions { GpuCount = 2 }), TestMachine.Create(new SimulatedNvidiaHostOptions { GpuCount = 3 }), TestMachine.Create(ReadyHosts.NoGpu));

    public string Combine(string name) => Path.Combine(FullPath, name);

    /// <summary>gpu-runtime cdi, of the host with two GPUs unless <paramref name="config"/> is another's.</summary>
    public Command Cdi(string config, params ReadOnlySpan<string> arguments) =>
        Command.Of(Programs.GpuRuntime, ["cdi", .. arguments, "--config", config]) with { Limit = TimeSpan.FromSeconds(20) };

    /// <summary>A valid specification of somebody else's.</summary>
    /// <returns>Its path.</returns>
    public string Write(string name, string kind = "example.com/gpu", string device = "0")
    {
        var path = Combine(name);
        File.WriteAllText(path, $$$"""{"cdiVersion":"0.5.0","kind":"{{{kind}}}","devices":[{"name":"{{{device}}}","containerEdits":{"env":["FROM={{{name}}}"]}}]}""");
        File.SetUnixFileMode(path, (UnixFileMode)Convert.ToInt32("644", 8));
        return path;
    }

    /// <summary>Everything that is there, to compare, without the files of these names.</summary>
    public async Task<string> ListingAsync(params string[] without)
    {
        var result = await Command.Of("sh", "-c", Script, "sh", FullPath).RunAsync();
        return string.Join('\n', result.EnsureSuccess().Lines.Where(line => !without.Any(name => line.StartsWith($"{name} ", StringComparison.Ordinal) || line.EndsWith($" ./{name}", StringComparison.Ordinal))));
    }

    /// <summary>The files that engines read.</summary>
    public IEnumerable<string> Read() =>
        Directory.EnumerateFileSystemEntries(FullPath).Where(static path => path.EndsWith(".yaml", StringComparison.Ordinal) || path.EndsWith(".json", StringComparison.Ordinal)).Select(Path.GetFileName).OfType<string>().Order(StringComparer.Ordinal);

    /// <summary>Begins anew, and with nothing elsewhere.</summary>
    public async Task EmptyAsync() => (await Command.Of(
        "sh", "-c", """rm -rf "$0" "$1" && mkdir -m 755 "$0" """, FullPath, Surroundings.Combine("elsewhere")).RunAsync()).EnsureSuccess();

    /// <summary>Takes away the files, of which no directory is one.</summary>
    public void Clear()
    {
        foreach (var path in Directory.EnumerateFileSystemEntries(FullPath))
            File.Delete(path);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var machine in _machines)
            await machine.DisposeAsync();
    }
}

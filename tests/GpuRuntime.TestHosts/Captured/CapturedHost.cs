using System.Text.Json;
using System.Text.Json.Nodes;

namespace GpuRuntime.TestHosts;

/// <summary>A host captured from real hardware, unpacked to sys, proc and dev (with device nodes).</summary>
public sealed class CapturedHost
{
    private CapturedHost(string directory) => Directory = directory;

    public string Directory { get; }

    /// <summary>A configuration whose host member points at this host. Its driver root holds stubs where NVIDIA's driver is loaded, else nothing.</summary>
    public string ConfigPath => Path.Combine(Directory, "config.json");

    public string DevRoot => Path.Combine(Directory, "dev");

    public string ProcRoot => Path.Combine(Directory, "proc");

    public string SysRoot => Path.Combine(Directory, "sys");

    public string DriverRoot => Path.Combine(Directory, "driver");

    /// <summary>EXPECTED.json: what discovery should find. The archive of single cards has none.</summary>
    public JsonDocument Expected => JsonDocument.Parse(File.ReadAllText(Path.Combine(Directory, "EXPECTED.json")));

    /// <param name="name">The archive's name without .tar.gz.</param>
    /// <param name="directory">Where to unpack it.</param>
    /// <exception cref="TestResourceUnavailableException">The archive is not on this machine.</exception>
    public static CapturedHost Open(string name, string directory)
    {
        var host = new CapturedHost(Path.GetFullPath(directory));
        CapturedArchive.Unpack(name, host.Directory);
        foreach (var root in new[] { host.ProcRoot, host.SysRoot, host.DriverRoot })
            System.IO.Directory.CreateDirectory(root);
        CapturedDeviceNodes.Make(host.Directory, host.DevRoot);
        if (host.NvidiaDriverVersion() is { } version)
            DriverRoots.Provide(host.DriverRoot, new SimulatedNvidiaHostOptions { DriverVersion = version });
        var roots = new JsonObject { ["dev"] = host.DevRoot, ["proc"] = host.ProcRoot, ["sys"] = host.SysRoot, ["driver"] = host.DriverRoot };
        File.WriteAllText(host.ConfigPath, new JsonObject { ["host"] = roots }.ToJsonString());
        return host;
    }

    // The captures hold no user-space files.
    private string? NvidiaDriverVersion()
    {
        var file = Path.Combine(ProcRoot, "driver/nvidia/version");
        return File.Exists(file) ? File.ReadAllText(file).Split(' ', StringSplitOptions.RemoveEmptyEntries).FirstOrDefault(word => Version.TryParse(word, out _)) : null;
    }
}

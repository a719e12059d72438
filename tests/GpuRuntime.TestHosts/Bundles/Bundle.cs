using System.Text.Json;
using System.Text.Json.Nodes;

namespace GpuRuntime.TestHosts;

/// <summary>An OCI bundle, as a container engine would hand it to a runtime.</summary>
public sealed class Bundle
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    private Bundle(string directory) => Directory = directory;

    public string Directory { get; }

    public string ConfigPath => Path.Combine(Directory, "config.json");

    public static Bundle Create(string bundleDirectory, string rootfsDirectory, BundleOptions? options = null)
    {
        var bundle = new Bundle(Path.GetFullPath(bundleDirectory));
        System.IO.Directory.CreateDirectory(bundle.Directory);
        options ??= new BundleOptions();
        var config = RuntimeSpec.Document(bundle.RootPath(rootfsDirectory), options);
        options.Edit?.Invoke(config);
        bundle.WriteConfig(config);
        return bundle;
    }

    public JsonObject ReadConfig() => JsonNode.Parse(File.ReadAllText(ConfigPath))!.AsObject();

    public void WriteConfig(JsonObject config) => File.WriteAllText(ConfigPath, config.ToJsonString(Indented));

    // Relative inside the bundle, as engines write it, so that a bundle can be moved.
    private string RootPath(string rootfs)
    {
        var full = Path.GetFullPath(rootfs);
        return full.StartsWith(Directory + "/", StringComparison.Ordinal) ? Path.GetRelativePath(Directory, full) : full;
    }
}

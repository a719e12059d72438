using System.Text.Json.Nodes;

namespace GpuRuntime.EndToEnd.Tests.Cdi;

/// <summary>Directories of specifications that gpu-runtime itself is configured to read, lowest priority first.</summary>
internal sealed class SpecDirectories
{
    private SpecDirectories(TestDirectory directory)
    {
        Low = directory.CreateSubdirectory("specs-low");
        High = directory.CreateSubdirectory("specs-high");
        foreach (var made in (string[])[Low, High])
            File.SetUnixFileMode(made, (UnixFileMode)Convert.ToInt32("755", 8));
    }

    public string Low { get; }

    public string High { get; }

    /// <summary>Has the machine's configuration name them.</summary>
    /// <param name="edit">What else to set.</param>
    public static SpecDirectories For(TestMachine machine, Action<JsonObject>? edit = null)
    {
        var directories = new SpecDirectories(machine.Directory);
        File.Copy(machine.WriteConfiguration("with-specs.json", config =>
        {
            config["cdi"] = new JsonObject
            {
                ["specDirs"] = new JsonArray(directories.Low, directories.High),
                ["environmentKinds"] = new JsonArray("*/gpu", "vendor.example/thing"),
            };
            edit?.Invoke(config);
        }), machine.ConfigPath, overwrite: true);
        return directories;
    }

    /// <summary>Writes a specification of one device with these edits.</summary>
    /// <returns>The file.</returns>
    public static string Write(string directory, string file, string qualifiedName, JsonObject edits, JsonObject? common = null)
    {
        var (kind, name) = qualifiedName.Split('=') is [var left, var right] ? (left, right) : throw new ArgumentException("vendor/class=name", nameof(qualifiedName));
        var specification = new JsonObject
        {
            ["cdiVersion"] = "1.1.0",
            ["kind"] = kind,
            ["devices"] = new JsonArray(new JsonObject { ["name"] = name, ["containerEdits"] = edits }),
        };
        if (common is not null)
            specification["containerEdits"] = common;
        var path = Path.Combine(directory, file);
        File.WriteAllText(path, specification.ToJsonString());
        File.SetUnixFileMode(path, (UnixFileMode)Convert.ToInt32("644", 8));
        return path;
    }

    public static JsonObject Variable(string entry) => new() { ["env"] = new JsonArray(entry) };
}

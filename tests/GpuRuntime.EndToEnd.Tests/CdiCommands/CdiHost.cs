using System.Text.Json;

namespace GpuRuntime.EndToEnd.Tests.CdiCommands;

/// <summary>Two specification directories, and a configuration that names them.</summary>
internal sealed class CdiHost : IAsyncDisposable
{
    private readonly TestDirectory _directory = TestDirectory.Create();

    public CdiHost()
    {
        Static = _directory.CreateSubdirectory("etc-cdi");
        Generated = _directory.CreateSubdirectory("run-cdi");
        Configuration = _directory.Combine("config.json");
        File.WriteAllText(Configuration, JsonSerializer.Serialize(new Dictionary<string, string[]> { ["cdi.specDirs"] = [Static, Generated] }));
    }

    /// <summary>The first of the two.</summary>
    public string Static { get; }

    /// <summary>The second, whose devices win.</summary>
    public string Generated { get; }

    public string Configuration { get; }

    /// <summary>A valid specification.</summary>
    public static string Yaml(params ReadOnlySpan<string> devices)
    {
        var text = "cdiVersion: 0.5.0\nkind: example.com/gpu\ndevices:\n";
        foreach (var device in devices)
            text += $"- name: \"{device}\"\n  containerEdits:\n    deviceNodes:\n    - path: /dev/zero\n";
        return text;
    }

    /// <returns>Its path.</returns>
    public static string Write(string directory, string name, string content)
    {
        var path = Path.Combine(directory, name);
        File.WriteAllText(path, content);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        return path;
    }

    public Command GpuRuntime(params ReadOnlySpan<string> arguments) => Command.Of(Programs.GpuRuntime, arguments).WithEnvironment("GPU_RUNTIME_CONFIG", Configuration);

    /// <summary>A program where users other than root reach it.</summary>
    public string CopyOfGpuRuntime()
    {
        var copy = _directory.Combine("gpu-runtime");
        File.Copy(Programs.GpuRuntime, copy);
        return copy;
    }

    public ValueTask DisposeAsync() => _directory.DisposeAsync();
}

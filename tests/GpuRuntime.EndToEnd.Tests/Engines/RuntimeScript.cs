using System.Text;

namespace GpuRuntime.EndToEnd.Tests;

/// <summary>OCI runtimes that are shell scripts in front of a real one.</summary>
internal static class RuntimeScript
{
    /// <summary>Sets variables first: podman gives its own environment to no runtime.</summary>
    public static string WithEnvironment(string path, string runtime, IEnumerable<KeyValuePair<string, string?>> environment)
    {
        var script = new StringBuilder("#!/bin/sh\n");
        foreach (var (name, value) in environment)
            script.Append(value is null ? $"unset {name}\n" : $"export {name}='{value}'\n");
        return Write(path, script.Append($"exec {runtime} \"$@\"\n").ToString());
    }

    /// <summary>Appends its environment to a file, then becomes the runtime.</summary>
    public static string Recording(string path, string runtime, string recordPath) =>
        Write(path, $"#!/bin/sh\nenv >>{recordPath}\nexec {runtime} \"$@\"\n");

    /// <summary>A script that everybody may run: containers' processes need not be root's.</summary>
    public static string Write(string path, string script)
    {
        File.WriteAllText(path, script);
        File.SetUnixFileMode(path, (UnixFileMode)0b111_101_101);
        return path;
    }
}

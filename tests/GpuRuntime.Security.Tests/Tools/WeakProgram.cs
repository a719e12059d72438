namespace GpuRuntime.Security.Tests.Tools;

/// <summary>
/// Hooks and runtimes that do a thing the unsafe way, by which is seen that an attack works and that the checks notice it. Shell commands, with
/// the bundle in <c>$bundle</c> and its root filesystem in <c>$root</c>, as the host has them.
/// </summary>
internal static class WeakProgram
{
    /// <returns>The path of a hook, which finds the bundle in the state that it is given.</returns>
    public static string Hook(TestDirectory directory, string body) => RuntimeScript.Write(NewPath(directory, "weak-hook"), $$"""
        #!/bin/sh
        bundle=$(sed -n 's/.*"bundle": *"\([^"]*\)".*/\1/p'); root=$bundle/rootfs
        {{body}}

        """);

    /// <returns>The path of a runtime, which finds the bundle in its arguments and becomes <paramref name="runc"/> at last.</returns>
    public static string Runtime(TestDirectory directory, string body, string runc) => RuntimeScript.Write(NewPath(directory, "weak-runtime"), $$"""
        #!/bin/sh
        for word; do [ "$before" = --bundle ] && bundle=$word; before=$word; done; root=$bundle/rootfs
        if [ -n "$bundle" ]; then
        {{body}}
        fi
        exec {{runc}} "$@"

        """);

    private static string NewPath(TestDirectory directory, string name) => Path.Combine(directory.CreateSubdirectory("weak", Guid.NewGuid().ToString("N")), name);
}

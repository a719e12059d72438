namespace GpuRuntime.Security.Tests.Tools;

/// <summary>Compiles the small static programs of these tests.</summary>
internal static class CProgram
{
    /// <returns>The program's path: <paramref name="directory"/>/<paramref name="name"/>.</returns>
    public static async Task<string> BuildAsync(string directory, string name, string source)
    {
        var (text, program) = (Path.Combine(directory, $"{name}.c"), Path.Combine(directory, name));
        await File.WriteAllTextAsync(text, source);
        (await Command.Of("gcc", "-std=gnu11", "-O1", "-Wall", "-Wextra", "-Werror", "-static", "-s", "-o", program, text).RunAsync()).EnsureSuccess();
        File.Delete(text);
        return program;
    }
}

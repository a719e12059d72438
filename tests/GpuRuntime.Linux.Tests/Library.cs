namespace GpuRuntime.Linux.Tests;

/// <summary>Small shared objects, made by gcc.</summary>
internal static class Library
{
    public static void Build(string path, string? soname = null, bool is32Bit = false, params string[] needed)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        string[] kind = is32Bit ? ["-m32"] : [];
        string[] name = soname is null ? [] : [$"-Wl,-soname,{soname}"];
        var source = Path.ChangeExtension(Path.GetTempFileName(), ".c");
        File.WriteAllText(source, "int answer(void) { return 42; }\n");
        try
        {
            var (status, _, error) = Command.Try("gcc", [.. kind, "-shared", "-fPIC", "-nostdlib", "-s", "-Wl,--no-as-needed", .. name, "-o", path, source, .. needed]);
            if (status != 0 && is32Bit)
                Assert.Ignore($"this compiler makes no 32-bit libraries: {error}");
            Assert.That(status, Is.Zero, error);
        }
        finally
        {
            File.Delete(source);
            File.Delete(Path.ChangeExtension(source, ".tmp"));
        }
    }
}

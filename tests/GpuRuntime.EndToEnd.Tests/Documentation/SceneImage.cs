namespace GpuRuntime.EndToEnd.Tests.Documentation;

/// <summary>What stands for IMAGE: vendors' programs in it list the GPUs that open, and fail where there is none. By itself it waits.</summary>
internal static class SceneImage
{
    public const string Reference = "docker.io/gpu-runtime-tests/documentation:1";

    private static string Script(string nodes) => $$"""
        #!/bin/sh
        opendev {{nodes}} 2>/dev/null | sed -n 's/: \(ok\|ENXIO\)$//p' | grep .

        """;

    /// <summary>The line that imports it.</summary>
    public static string Import(TestDirectory directory, string importer)
    {
        var image = TestImage.Glibc(directory, "documentation", add: static root =>
        {
            Write(root, "rocminfo", Script("/dev/kfd /dev/dri/renderD*"));
            Write(root, "clinfo", Script("/dev/dri/renderD*"));
            Write(root, "apt-get", "#!/bin/sh\n");
        });
        return importer == "ctr"
            ? $"ctr image import {image.ArchivePath}"
            : $"tar -C {image.RootfsDirectory} -c . | {importer} import --change 'CMD [\"sleep\", \"600\"]' - {Reference}";
    }

    private static void Write(string root, string name, string script)
    {
        var path = Path.Combine(root, "usr/bin", name);
        File.Delete(path);
        RuntimeScript.Write(path, script);
    }
}

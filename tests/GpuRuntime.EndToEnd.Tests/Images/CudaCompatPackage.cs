namespace GpuRuntime.EndToEnd.Tests;

/// <summary>
/// What NVIDIA's package cuda-compat-12-8 puts into an image, as stand-ins with the true names and SONAMEs: libraries of a newer driver in
/// <c>/usr/local/cuda-12.8/compat</c>, which images reach as <c>/usr/local/cuda/compat</c>.
/// </summary>
internal sealed class CudaCompatPackage
{
    public const string DefaultVersion = "570.124.06";

    /// <summary>By the name that the loader's cache shall hold.</summary>
    public const string Directory = "/usr/local/cuda/compat";

    private readonly string _files;

    private CudaCompatPackage(string files, string version) => (_files, Version) = (files, version);

    public string Version { get; }

    public string Cuda => $"libcuda.so.{Version}";

    /// <param name="note">The text in libcuda's ELF note for forward compatibility; null builds it without one.</param>
    /// <param name="owner">Whose note it is.</param>
    public static async Task<CudaCompatPackage> BuildAsync(
        TestDirectory directory, string version = DefaultVersion, string? note = null, string owner = "NVIDIA Corporation")
    {
        var files = directory.CreateSubdirectory("cuda-compat", $"{Guid.NewGuid():N}");
        await File.WriteAllTextAsync(Path.Combine(files, "stub.c"), "int cuInit(unsigned flags) { (void)flags; return 0; }\n");
        await File.WriteAllTextAsync(Path.Combine(files, "note.s"), note is null ? "" : NoteSource(note, owner));
        await File.WriteAllTextAsync(Path.Combine(files, "note"), note ?? "");
        foreach (var name in (string[])["libcuda", "libnvidia-ptxjitcompiler"])
        {
            string[] sources = name == "libcuda" ? ["stub.c", "note.s"] : ["stub.c"];
            var gcc = Command.Of("gcc", ["-shared", "-fPIC", "-Os", $"-Wl,-soname,{name}.so.1", "-o", $"{name}.so.{version}", .. sources]);
            (await (gcc with { WorkingDirectory = files }).RunAsync()).EnsureSuccess();
            File.CreateSymbolicLink(Path.Combine(files, $"{name}.so.1"), $"{name}.so.{version}");
        }
        return new CudaCompatPackage(files, version);
    }

    /// <summary>Puts the libraries into an image's root.</summary>
    /// <returns>The directory that holds them, as a path on this machine.</returns>
    public string Install(string rootfs)
    {
        var compat = System.IO.Directory.CreateDirectory(Path.Combine(rootfs, "usr/local/cuda-12.8/compat")).FullName;
        foreach (var file in new DirectoryInfo(_files).EnumerateFiles("lib*"))
        {
            var path = Path.Combine(compat, file.Name);
            if (file.LinkTarget is { } target)
                File.CreateSymbolicLink(path, target);
            else
                file.CopyTo(path);
        }
        File.CreateSymbolicLink(Path.Combine(rootfs, "usr/local/cuda"), "cuda-12.8");
        return compat;
    }

    // System V ABI: sizes of name and description, type, then both, each padded to four bytes. Not allocated: the loader never sees it.
    private static string NoteSource(string note, string owner) => $"""
        .section .note.cuda.fwd_compatibility,"",@note
        .align 4
        .long 2f - 1f
        .long {note.Length}
        .long 1
        1: .asciz "{owner}"
        2: .align 4
        .incbin "note"
        .align 4
        .section .note.GNU-stack,"",@progbits

        """;
}

namespace GpuRuntime.Security.Tests.Attacks;

/// <summary>
/// A directory of the machine that looks like a root filesystem, for an image's links to lead to; and what of the machine itself would change
/// if a hook left its container's root.
/// </summary>
internal sealed class Decoy
{
    private static readonly string[] Guarded =
    [
        "/", "/etc", "/etc/ld.so.conf.d", "/etc/nvidia", "/etc/vulkan", "/usr", "/usr/bin", "/usr/lib", "/usr/lib/x86_64-linux-gnu",
        "/usr/lib/x86_64-linux-gnu/vdpau", "/usr/lib/x86_64-linux-gnu/gbm", "/usr/lib/i386-linux-gnu", "/usr/lib/firmware", "/usr/share", "/usr/share/nvidia",
    ];

    // Their names alone: terminals that somebody opens have other times.
    private static readonly string[] GuardedNodes = ["/dev", "/dev/dri"];

    private static readonly string[] Directories =
    [
        "etc/ld.so.conf.d", "etc/nvidia", "etc/vulkan/icd.d", "dev/dri", "usr/bin", "usr/lib/x86_64-linux-gnu/vdpau", "usr/lib/firmware/nvidia",
        "usr/share/nvidia", "run/nvidia-persistenced", "lib", "ld.so.conf.d", "dri",
    ];

    // By themselves too, so that a link to the directory that holds them finds them.
    private static readonly string[] Files =
    [
        "etc/ld.so.cache", "etc/ld.so.conf", "etc/ld.so.conf.d/zz-gpu-runtime.conf", "ld.so.cache", "ld.so.conf", "zz-gpu-runtime.conf",
        "usr/bin/nvidia-smi", "nvidia-smi", "usr/lib/x86_64-linux-gnu/libcuda.so.1", "libcuda.so.1",
    ];

    private Decoy(string directory) => FullPath = directory;

    public string FullPath { get; }

    /// <param name="driverVersion">Its libcuda is there by its whole name too: a file that could be mounted on.</param>
    public static Decoy Create(TestDirectory parent, string driverVersion)
    {
        var decoy = parent.CreateSubdirectory($"decoy-{Guid.NewGuid():N}");
        foreach (var directory in Directories)
            Directory.CreateDirectory(Path.Combine(decoy, directory));
        foreach (var file in (string[])[.. Files, $"usr/lib/x86_64-linux-gnu/libcuda.so.{driverVersion}", $"libcuda.so.{driverVersion}"])
            File.WriteAllText(Path.Combine(decoy, file), "the machine's own\n");
        return new Decoy(decoy);
    }

    /// <summary>All of it, and the entries of the machine's directories, to compare.</summary>
    public string Outside() => string.Join('\n',
    [
        FileListing.Of(FullPath), .. Guarded.Where(Directory.Exists).Select(static directory => FileListing.OfEntries(directory)),
        .. GuardedNodes.Where(Directory.Exists).SelectMany(static directory => Directory.GetFileSystemEntries(directory).Order(StringComparer.Ordinal)),
        FileListing.OfEntries("/run", "nvidia*"), FileListing.OfEntries("/tmp", "nvidia*"),
    ]);

    /// <summary>The directory's own content alone: cheap enough to be compared hundreds of times.</summary>
    public string Content() => FileListing.Of(FullPath);
}

using System.Collections.Immutable;

namespace GpuRuntime.TestHosts;

internal static class DriverPrograms
{
    /// <summary>Debian's alternatives choose these; the others have one provider.</summary>
    private static readonly ImmutableArray<string> Chosen = ["nvidia-smi", "nvidia-debugdump"];

    private static readonly ImmutableArray<string> Plain =
    [
        "nvidia-persistenced", "nv-fabricmanager", "nvidia-cuda-mps-control", "nvidia-cuda-mps-server", "nvidia-imex", "nvidia-imex-ctl",
        "nvidia-xconfig", "nvidia-modprobe", "nvidia-settings",
    ];

    public static void Install(string root, string work, DriverPaths paths)
    {
        foreach (var name in Chosen)
        {
            if (!paths.Alternatives)
            {
                Copy(work, name, Path.Combine(root, "usr/bin", name));
                continue;
            }
            Copy(work, name, Path.Combine(root, DriverPaths.Current, name));
            DriverLinks.Alternative(root, $"usr/bin/{name}", name, $"{DriverPaths.Current}/{name}");
        }
        foreach (var name in Plain)
            Copy(work, name, Path.Combine(root, "usr/bin", name));
    }

    private static void Copy(string work, string name, string destination)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(destination)!);
        File.Copy(Path.Combine(work, name == "nvidia-smi" ? name : "program"), destination);
        FileTree.MakeExecutable(destination);
    }
}

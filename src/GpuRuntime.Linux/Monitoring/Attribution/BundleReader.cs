using GpuRuntime.Core.Monitoring.Attribution;
using GpuRuntime.Core.Monitoring.Samples;
using GpuRuntime.Linux.Interop;
using GpuRuntime.Linux.Paths;

namespace GpuRuntime.Linux.Monitoring.Attribution;

/// <summary>Reads what engines wrote down of a container.</summary>
public static class BundleReader
{
    private const int LargestSpec = 16 << 20;

    /// <summary>Who a container is. What cannot be read tells nothing.</summary>
    public static ContainerIdentity Identify(string container, string bundle)
    {
        var config = Read($"{bundle}/config.json");
        var identity = BundleNames.Of(container, bundle, config);
        if (identity.Name is null && config is not null && identity.Engine is "docker" or "oci" && BundleNames.DockerDirectory(container, config) is { } directory)
            identity = identity with { Engine = "docker", Name = Read($"{directory}/config.v2.json") is { } file ? BundleNames.DockerName(file) : null };
        return identity;
    }

    // The file of an engine, and of nobody who could make somebody else's name of it.
    private static byte[]? Read(string path)
    {
        using var file = Libc.TryOpenAt(Libc.AtFdCwd, path, OpenFlags.ReadOnly | OpenFlags.NonBlock | Libc.NoFollow, Resolve.None, out _);
        return file is not null && Libc.Stat(file) is { Type: FileType.Regular, IsOursAlone: true } ? FileContent.ReadAll(file, LargestSpec, out _) : null;
    }
}

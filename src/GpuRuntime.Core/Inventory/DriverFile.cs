namespace GpuRuntime.Core.Inventory;

public enum DriverFileKind
{
    Regular,
    Directory,
    Socket,
}

/// <summary>A file of the driver root, with links followed inside that root.</summary>
/// <param name="Path">Where it lies, absolute inside the driver root.</param>
/// <param name="HostPath">Where it lies on this host.</param>
public sealed record DriverFile(string Path, string HostPath, DriverFileKind Kind)
{
    public string Name => Path[(Path.LastIndexOf('/') + 1)..];

    public string Directory => Path.LastIndexOf('/') is var slash and > 0 ? Path[..slash] : "/";
}

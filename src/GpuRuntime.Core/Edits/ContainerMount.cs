using System.Collections.Immutable;
using GpuRuntime.Core.Inventory;

namespace GpuRuntime.Core.Edits;

/// <summary>A mount, nearly always a bind mount.</summary>
/// <param name="HostPath">The file, directory or socket on this host, links resolved.</param>
/// <param name="ContainerPath">Absolute path in the container.</param>
/// <param name="Options">OCI mount options.</param>
public sealed record ContainerMount(string HostPath, string ContainerPath, ImmutableArray<string> Options)
{
    public const string Bind = "bind";
    public const string Tmpfs = "tmpfs";

    /// <summary>The OCI mount type.</summary>
    public string Type { get; init; } = Bind;

    /// <summary>
    /// Libraries, binaries, firmware and data. No propagation option: the low-level runtime's own default is already
    /// private or slave, and each option that names one costs a further mount call.
    /// </summary>
    public static readonly ImmutableArray<string> ReadOnly = ["ro", "nosuid", "nodev", "bind"];

    /// <summary>Sockets and directories of sockets: writable, since connect(2) wants write permission on the mount.</summary>
    public static readonly ImmutableArray<string> Socket = ["nosuid", "nodev", "noexec", "bind"];

    /// <summary>The host's own device node, where the container cannot have one of its own.</summary>
    public static ContainerMount OfNode(DeviceNode node) => new(node.HostPath, node.Path, ["nosuid", "noexec", "bind"]);
}

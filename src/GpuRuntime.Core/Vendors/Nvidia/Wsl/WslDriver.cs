using System.Collections.Immutable;
using GpuRuntime.Core.Errors;
using GpuRuntime.Core.Inventory;

namespace GpuRuntime.Core.Vendors.Nvidia.Wsl;

/// <summary>
/// NVIDIA's driver on WSL2. The driver itself runs in Windows: here there is one node for every GPU, libraries that look for the real ones,
/// and those in Windows's driver store. Version, names and UUIDs of the GPUs are in no file.
/// </summary>
public static class WslDriver
{
    /// <summary>The kernel driver that passes calls on to Windows; also the name of its PCI driver.</summary>
    public const string Name = "dxgkrnl";

    /// <summary>Its node, below <c>/dev</c>.</summary>
    public const string Node = "dxg";

    /// <summary>What the loader of a WSL2 host is told of.</summary>
    public const string Libraries = "/usr/lib/wsl/lib";

    private const string Stores = "/usr/lib/wsl/drivers";
    private const string StoreMark = "libcuda.so.1.1";

    /// <summary>Whether this is a WSL2 host whose Windows has NVIDIA's driver; the node alone may belong to another vendor's.</summary>
    public static bool IsPresent(IHostRoot host) =>
        host.Node(Node) is not null
        && host.ReadText(HostTree.Proc, NvidiaDriver.VersionFile) is null
        && host.Find($"{Libraries}/libcuda.so.1") is { Kind: DriverFileKind.Regular };

    /// <summary>
    /// The directories of the driver store that NVIDIA's driver lies in. After an update there may be several; which one is loaded only
    /// Windows knows, and the libraries ask it.
    /// </summary>
    /// <exception cref="GpuRuntimeException"><see cref="ErrorCode.DriverFilesMissing"/>: there is none.</exception>
    public static ImmutableArray<DriverFile> DriverStores(IHostRoot host)
    {
        // The store holds every driver of Windows, a thousand directories behind a slow file system; NVIDIA's begin with these letters.
        var names = host.List(HostTree.Driver, Stores[1..]).ToLookup(name => name.StartsWith("nv", StringComparison.OrdinalIgnoreCase));
        foreach (var likely in new[] { true, false })
        {
            var found = names[likely].Where(name => host.Find($"{Stores}/{name}/{StoreMark}") is not null)
                .Select(name => host.Find($"{Stores}/{name}"))
                .OfType<DriverFile>()
                .ToImmutableArray();
            if (!found.IsEmpty)
                return found;
        }

        throw new GpuRuntimeException(
            ErrorCode.DriverFilesMissing,
            $"No directory of {host.Locate(HostTree.Driver, Stores)} has NVIDIA's {StoreMark}; install NVIDIA's driver for Windows anew, then restart WSL with: wsl.exe --shutdown");
    }
}

using System.Collections.Immutable;
using GpuRuntime.Core.Edits;
using GpuRuntime.Core.Errors;
using GpuRuntime.Core.Inventory;

namespace GpuRuntime.Core.Vendors.Nvidia.Wsl;

/// <summary>What a container needs to use NVIDIA's GPUs on WSL2: the node, the libraries that the host's loader knows, and the driver store.</summary>
internal static class WslEdits
{
    private const string Smi = $"{WslDriver.Libraries}/nvidia-smi";

    /// <remarks>
    /// <c>NVIDIA_REQUIRE_*</c> is not looked at: no file tells the driver's version or its CUDA version, and what cannot be told holds.
    /// For the same reason an image's own compatibility libraries are never preferred.
    /// </remarks>
    /// <exception cref="GpuRuntimeException"><see cref="ErrorCode.DriverFilesMissing"/>, <see cref="ErrorCode.CapabilityUnknown"/>.</exception>
    public static ContainerEdits Of(VendorGrant grant, IHostRoot host)
    {
        var capabilities = DriverCapabilities.Of(grant.Request, grant.Environment);
        var libraries = Libraries(host, capabilities);
        var stores = WslDriver.DriverStores(host);
        ImmutableArray<DeviceNode> nodes = [.. grant.Gpus.SelectMany(gpu => gpu.DeviceNodes)];
        var mounts = libraries.Select(library => library.Mount)
            // Whole, and where they are: the libraries open what they need by the path that Windows tells them.
            .Concat(stores.Select(store => NvidiaEdits.Mount(store, store.Path)));
        ImmutableArray<ContainerSymlink> links = [];
        if (capabilities.HasFlag(DriverCapability.Utility) && host.Find(Smi) is { Kind: DriverFileKind.Regular } smi)
        {
            mounts = mounts.Append(NvidiaEdits.Mount(smi, Smi));
            links = [new ContainerSymlink("/usr/bin/nvidia-smi", Smi)];
        }

        return new ContainerEdits
        {
            DeviceNodes = nodes,
            AdditionalGids = DeviceNode.GroupsOf(nodes),
            Mounts = [.. mounts],
            Libraries = [.. libraries.Select(library => library.Entry)],
            Symlinks = links,
        };
    }

    private static List<WslLibrary> Libraries(IHostRoot host, DriverCapability capabilities)
    {
        var found = new List<WslLibrary>();
        foreach (var name in WslLibraries.For(capabilities))
        {
            var path = $"{WslDriver.Libraries}/{name}";
            if (host.FindLibrary(path) is { } library)
                found.Add(new WslLibrary(NvidiaEdits.Mount(library.File, path), new LoaderCacheEntry(name, path, library.Header.Architecture)));
            else if (name == WslLibraries.Core)
                throw new GpuRuntimeException(
                    ErrorCode.DriverFilesMissing,
                    $"{host.Locate(HostTree.Driver, path)} is missing, without which no program reaches a GPU on WSL2; update WSL with wsl.exe --update, then restart it with wsl.exe --shutdown");
        }

        return found;
    }

    private sealed record WslLibrary(ContainerMount Mount, LoaderCacheEntry Entry);
}

using System.Collections.Immutable;
using GpuRuntime.Core.Configuration;
using GpuRuntime.Core.Edits;
using GpuRuntime.Core.Inventory;

namespace GpuRuntime.Core.Vendors.UserSpace;

/// <summary>
/// The host's own OpenCL, Level Zero, VA-API and Vulkan drivers for GPUs whose images mostly carry theirs: given to containers that ask for
/// them by capabilities, as far as the host has them. The loaders in front of the drivers, and everything else, remain the image's where
/// it has them.
/// </summary>
public sealed class HostUserSpace
{
    private const DriverCapability Drawing = DriverCapability.Graphics | DriverCapability.Display;
    private const DriverCapability Served = DriverCapability.Compute | DriverCapability.Video | Drawing;

    private const string OpenClDirectory = "/etc/OpenCL/vendors";
    private const string OpenClLoader = "libOpenCL.so.1";
    private static readonly ImmutableArray<string> LevelZeroLoader = ["libze_loader.so.1", "libze_tracing_layer.so.1", "libze_validation_layer.so.1"];

    // Fedora's first two are for builds with more codecs.
    private static readonly ImmutableArray<string> VaApiDirectories = ["dri-nonfree", "dri-freeworld", "dri"];
    private static readonly ImmutableArray<string> VulkanDirectories = ["/etc/vulkan/icd.d", "/usr/share/vulkan/icd.d"];

    private readonly IHostRoot _host;
    private readonly VendorDrivers _drivers;
    private readonly LibrarySearch _search;
    private readonly GivenFiles _given;

    private HostUserSpace(IHostRoot host, VendorDrivers drivers, ImmutableArray<string> configuredDirectories)
    {
        _host = host;
        _drivers = drivers;
        _search = new LibrarySearch(host, drivers.LibraryDirectories.Concat(configuredDirectories));
        _given = new GivenFiles(host, _search, drivers);
    }

    public static ContainerEdits Of(IHostRoot host, GpuVendor vendor, DriverCapability capabilities, RuntimeConfiguration configuration)
    {
        if ((capabilities & Served) == 0 || VendorDrivers.Of(vendor) is not { } drivers)
            return ContainerEdits.Empty;
        var userSpace = new HostUserSpace(host, drivers, configuration.LibrarySearchPaths);
        if (capabilities.HasFlag(DriverCapability.Compute))
            userSpace.TakeCompute();
        if (capabilities.HasFlag(DriverCapability.Video))
            userSpace.TakeVaApi();
        if ((capabilities & Drawing) != 0)
            userSpace.TakeVulkan();
        return userSpace._given.ToEdits();
    }

    private void TakeCompute()
    {
        var hasOpenCl = TakeOpenCl();
        var hasLevelZero = _given.AnyOf(_drivers.LevelZero);
        if (hasOpenCl)
            _given.AnyOf([OpenClLoader]);
        if (hasLevelZero)
            _given.AnyOf(LevelZeroLoader);
        if (hasOpenCl || hasLevelZero)
            _given.AnyOf(_drivers.OpenedByCompute);
    }

    // An ICD file is one line, the driver's path or name (Khronos OpenCL Extension specification, cl_khr_icd).
    private bool TakeOpenCl()
    {
        var any = false;
        foreach (var name in _host.List(HostTree.Driver, OpenClDirectory).Where(name => name.EndsWith(".icd", StringComparison.Ordinal)))
        {
            var path = $"{OpenClDirectory}/{name}";
            if (_host.ReadText(HostTree.Driver, path)?.Split('\n')[0].TrimEnd() is not { Length: > 0 } library)
                continue;
            if (!library[(library.LastIndexOf('/') + 1)..].StartsWith(_drivers.OpenCl, StringComparison.Ordinal) || !_given.Named(library))
                continue;
            _given.File(path);
            any = true;
        }

        return any;
    }

    // A libva looks in one directory that was fixed when it was built: Debian's, or the one of most others.
    private void TakeVaApi()
    {
        foreach (var name in _drivers.VaApi)
        {
            if (_search.InSubdirectory(VaApiDirectories, name) is { } driver)
                _given.At(driver, $"/usr/lib/{driver.Header.Architecture.Triplet()}/dri/{name}", $"/usr/lib64/dri/{name}");
        }
    }

    private void TakeVulkan()
    {
        foreach (var name in _drivers.Vulkan)
        {
            var paths = from file in ManifestNames(name) from directory in VulkanDirectories select $"{directory}/{file}";
            if (paths.FirstOrDefault(TakesManifest) is { } path)
                _given.File(path);
        }
    }

    private bool TakesManifest(string path) =>
        _host.ReadBytes(HostTree.Driver, path) is { } text && VulkanManifest.Library(text) is { } library && _given.Named(library);

    private static ImmutableArray<string> ManifestNames(string name) =>
        [$"{name}.{(LibraryArchitectures.Native == LibraryArchitecture.Arm64 ? "aarch64" : "x86_64")}.json", $"{name}.json"];
}

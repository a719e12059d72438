using GpuRuntime.Core.Configuration;
using GpuRuntime.Core.Edits;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Core.Requests;
using GpuRuntime.Core.Vendors;
using GpuRuntime.Linux.Loader;
using GpuRuntime.Linux.Paths;

namespace GpuRuntime.Core.Tests.Vendors.UserSpace;

/// <summary>A driver root with user-space drivers as distributions install them, and what containers get of it.</summary>
internal sealed class UserSpaceHost : IDisposable
{
    public const string Fallback = "/usr/lib/gpu-runtime/fallback";
    public const string OpenCl = "/etc/OpenCL/vendors";
    public const string Vulkan = "/usr/share/vulkan/icd.d";

    private readonly TemporaryDirectory _directory = new();
    private readonly List<LoaderCacheEntry> _cached = [];

    private UserSpaceHost()
    {
    }

    public static string Triplet => LibraryArchitectures.Native.Triplet();

    /// <summary>The system's library directory.</summary>
    public static string Libraries => $"/usr/lib/{Triplet}";

    public static string Machine => LibraryArchitectures.Native == LibraryArchitecture.Arm64 ? "aarch64" : "x86_64";

    public RuntimeConfiguration Configuration { get; set; } = RuntimeConfiguration.Default;

    public static UserSpaceHost Create() => new();

    public string HostPath(string path) => _directory.Path + path;

    /// <summary>A file called <c>SONAME.0</c> and the link SONAME to it, as packages have them.</summary>
    public void Library(string directory, string soname, params string[] needed)
    {
        Write($"{directory}/{soname}.0", SharedObjectFile.Of(soname, false, [.. needed, "libc.so.6"]));
        File.CreateSymbolicLink(HostPath($"{directory}/{soname}"), $"{soname}.0");
    }

    /// <summary>A library without a version, which is opened by its name.</summary>
    public void Module(string path, params string[] needed) =>
        Write(path, SharedObjectFile.Of(Path.GetFileName(path), false, [.. needed, "libstdc++.so.6", "libm.so.6", "libgcc_s.so.1", "libc.so.6", "ld-linux-x86-64.so.2"]));

    public void Write(string path, string content) => Write(path, System.Text.Encoding.UTF8.GetBytes(content));

    public void Write(string path, byte[] content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(HostPath(path))!);
        File.WriteAllBytes(HostPath(path), content);
    }

    public void Manifest(string path, string library) =>
        Write(path, $$"""{"ICD": {"api_version": "1.3.230", "library_path": "{{library}}"}, "file_format_version": "1.0.0"}""");

    /// <summary>A line in the loader cache, which there is none of otherwise.</summary>
    public void Cache(string name, string path)
    {
        _cached.Add(new LoaderCacheEntry(name, path, LibraryArchitectures.Native));
        Write("/etc/ld.so.cache", LoaderCacheWriter.Write(LoaderCacheFile.Empty.With(_cached)));
    }

    public ContainerEdits Give(GpuVendor vendor, string? capabilities, params string[] environment)
    {
        using var root = new LinuxHostRoot(Configuration with { HostDriver = _directory.Path });
        var gpu = new Gpu { Vendor = vendor, Index = 0, PciAddress = PciAddress.Parse("0000:03:00.0")!.Value };
        var request = new GpuRequest { Capabilities = capabilities is null ? null : [.. capabilities.Split(',')] };
        var module = VendorModules.All.Single(module => module.Vendor == vendor);
        return module.Edits(new VendorGrant([gpu], request, new ContainerEnvironment([.. environment])), root, Configuration);
    }

    /// <summary>Where the files come to be in the container.</summary>
    public string[] Given(GpuVendor vendor, string? capabilities) => [.. Give(vendor, capabilities).Mounts.Select(mount => mount.ContainerPath)];

    public void Dispose() => _directory.Dispose();
}

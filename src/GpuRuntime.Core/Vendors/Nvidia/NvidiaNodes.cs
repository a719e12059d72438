using System.Collections.Immutable;
using System.Globalization;
using GpuRuntime.Core.Errors;
using GpuRuntime.Core.Inventory;

namespace GpuRuntime.Core.Vendors.Nvidia;

/// <summary>
/// NVIDIA's device nodes. After boot some are absent until somebody asks; their numbers are known as soon as the module is loaded,
/// so a missing node is made rather than missed.
/// </summary>
public sealed class NvidiaNodes(IHostRoot host)
{
    private const uint ControlMinor = 255;
    private const uint ModesetMinor = 254;
    private const uint DefaultMode = 0b110_110_110;

    /// <summary>What the driver itself gives the nodes of capabilities: 0444.</summary>
    public const uint CapabilityMode = 0b100_100_100;

    private CharacterMajors? _majors;

    private CharacterMajors Majors => _majors ??= CharacterMajors.Parse(host.ReadText(HostTree.Proc, "devices") ?? "");

    public DeviceNode Gpu(uint minor) => Frontend($"nvidia{minor.ToString(CultureInfo.InvariantCulture)}", minor);

    public DeviceNode Control() => Frontend("nvidiactl", ControlMinor);

    public DeviceNode Modeset() => Frontend("nvidia-modeset", ModesetMinor);

    /// <summary>A node of <c>/dev/nvidia-caps</c>, which opens what a capability protects.</summary>
    /// <returns><see langword="null"/> when it is missing and the driver has registered no such nodes.</returns>
    public DeviceNode? Capability(uint minor, uint mode)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"nvidia-caps/nvidia-cap{minor}");
        return Existing(name) ?? (Majors["nvidia-caps"] is { } major ? Missing(name, major, minor) with { Mode = mode } : null);
    }

    /// <summary>The nodes of unified memory, without which CUDA does not start.</summary>
    /// <exception cref="GpuRuntimeException"><see cref="ErrorCode.DeviceNodeMissing"/>: the module is not loaded.</exception>
    public IEnumerable<DeviceNode> UnifiedMemory()
    {
        yield return Dynamic("nvidia-uvm", "nvidia-uvm", 0);
        yield return Dynamic("nvidia-uvm-tools", "nvidia-uvm", 1);
    }

    /// <summary>Those nodes that compute needs whatever the GPU, as far as they are there.</summary>
    public ImmutableArray<DeviceNode> ExistingOfDriver()
    {
        string[] names = ["nvidiactl", "nvidia-uvm", "nvidia-uvm-tools"];
        return [.. names.Select(Existing).OfType<DeviceNode>()];
    }

    /// <summary>A node by its name below <c>/dev</c>, as it is there or as it can be made.</summary>
    /// <param name="driver">Whose major it has, by its name in <c>/proc/devices</c>.</param>
    /// <returns><see langword="null"/> when it is missing and that driver is not registered.</returns>
    public DeviceNode? Find(string name, string driver, uint minor) => Existing(name) ?? (Majors[driver] is { } major ? Missing(name, major, minor) : null);

    /// <summary>A node by its name below <c>/dev</c>; <see langword="null"/> when it is not there.</summary>
    public DeviceNode? Existing(string name) =>
        host.Node(name) is { } node ? DeviceNode.Of($"/dev/{name}", host.Locate(HostTree.Dev, name), node) : null;

    // Major 195 is NVIDIA's by assignment; drivers name it differently in /proc/devices.
    private DeviceNode Frontend(string name, uint minor) => Existing(name) ?? Missing(name, Majors["nvidia"] ?? Majors["nvidia-frontend"] ?? 195, minor);

    private DeviceNode Dynamic(string name, string module, uint minor) => Find(name, module, minor) ?? throw NotLoaded(name, module);

    private DeviceNode Missing(string name, uint major, uint minor) =>
        new($"/dev/{name}", host.Locate(HostTree.Dev, name), major, minor, DefaultMode, 0, 0) { MissingOnHost = true };

    private GpuRuntimeException NotLoaded(string name, string module) => new(
        ErrorCode.DeviceNodeMissing,
        $"{host.Locate(HostTree.Dev, name)} is missing and the kernel module {module} is not loaded, so that CUDA cannot start; load it with: modprobe {module}");
}

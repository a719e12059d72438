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

    private CharacterMajors? _majors;

    private CharacterMajors Majors => _majors ??= CharacterMajors.Parse(host.ReadText(HostTree.Proc, "devices") ?? "");

    public DeviceNode Gpu(uint minor) => Frontend($"nvidia{minor.ToString(CultureInfo.InvariantCulture)}", minor);

    public DeviceNode Control() => Frontend("nvidiactl", ControlMinor);

    public DeviceNode Modeset() => Frontend("nvidia-modeset", ModesetMinor);

    /// <summary>The nodes of unified memory, without which CUDA does not start.</summary>
    /// <exception cref="GpuRuntimeException"><see cref="ErrorCode.DeviceNodeMissing"/>: the module is not loaded.</exception>
    public IEnumerable<DeviceNode> UnifiedMemory()
    {
        yield return Dynamic("nvidia-uvm", "nvidia-uvm", 0);
        yield return Dynamic("nvidia-uvm-tools", "nvidia-uvm", 1);
    }

    // Major 195 is NVIDIA's by assignment; drivers name it differently in /proc/devices.
    private DeviceNode Frontend(string name, uint minor) => Existing(name) ?? Missing(name, Majors["nvidia"] ?? Majors["nvidia-frontend"] ?? 195, minor);

    private DeviceNode Dynamic(string name, string module, uint minor) =>
        Existing(name) ?? Missing(name, Majors[module] ?? throw NotLoaded(name, module), minor);

    private DeviceNode? Existing(string name) =>
        host.Node(name) is { } node ? DeviceNode.Of($"/dev/{name}", host.Locate(HostTree.Dev, name), node) : null;

    private DeviceNode Missing(string name, uint major, uint minor) =>
        new($"/dev/{name}", host.Locate(HostTree.Dev, name), major, minor, DefaultMode, 0, 0) { MissingOnHost = true };

    private GpuRuntimeException NotLoaded(string name, string module) => new(
        ErrorCode.DeviceNodeMissing,
        $"{host.Locate(HostTree.Dev, name)} is missing and the kernel module {module} is not loaded, so that CUDA cannot start; load it with: modprobe {module}");
}

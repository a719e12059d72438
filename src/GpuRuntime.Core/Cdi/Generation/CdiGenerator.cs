using System.Collections.Immutable;
using GpuRuntime.Core.Configuration;
using GpuRuntime.Core.Edits;
using GpuRuntime.Core.Errors;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Core.Requests;
using GpuRuntime.Core.Vendors;

namespace GpuRuntime.Core.Cdi.Generation;

/// <summary>
/// Writes what a vendor's module gives to containers as a CDI specification. What every GPU brings stands once, in the specification's own edits;
/// nodes of GPUs stand with the devices. The same host gives the same specification, byte for byte.
/// </summary>
public sealed class CdiGenerator
{
    private const int HookTimeoutSeconds = 30;

    // The stage in which namespaces and mounts are made, and nothing of the image has run: our hooks act from the host.
    private const string Stage = "createRuntime";

    private readonly IVendorModule _module;
    private readonly IHostRoot _host;
    private readonly RuntimeConfiguration _configuration;
    private readonly ImmutableArray<Gpu> _gpus;

    // By the GPUs that they are of: several names mean the same ones, and a driver's files are many to look for.
    private readonly Dictionary<string, ContainerEdits> _edits = new(StringComparer.Ordinal);

    private CdiGenerator(IVendorModule module, IHostRoot host, RuntimeConfiguration configuration)
    {
        _module = module;
        _host = host;
        _configuration = configuration;
        _gpus = [.. module.Identify(host).Select(gpu => module.WithNodes(gpu, host))];
    }

    /// <param name="hookProgram">Absolute path of <c>gpu-runtime-hook</c>.</param>
    /// <returns><see langword="null"/> when the host has no GPU of the vendor.</returns>
    /// <exception cref="GpuRuntimeException">None of them can be given; the first one's reason.</exception>
    public static GeneratedSpec? Generate(IVendorModule module, IHostRoot host, RuntimeConfiguration configuration, string hookProgram)
    {
        var generator = new CdiGenerator(module, host, configuration);
        return generator._gpus.IsEmpty ? null : generator.Generate(hookProgram);
    }

    private GeneratedSpec Generate(string hookProgram)
    {
        var given = Given(out var warnings);
        // Names are those of the whole host: an index does not change because a GPU in front of it cannot be given.
        var named = CdiDeviceNames.Of(_gpus, _configuration).Select(device => WithoutOthers(device, given)).Where(device => !device.Gpus.IsEmpty).ToList();
        var edits = named.Select(device => Edits(device.Gpus)).Distinct().ToList();
        var all = edits.Aggregate(ContainerEdits.Join);
        var own = _gpus.SelectMany(NodesOf).Select(node => node.Path).ToHashSet();
        var common = edits.Aggregate(Common);
        common = common with { DeviceNodes = [.. common.DeviceNodes.Where(node => !own.Contains(node.Path))] };
        var devices = named.Select(device => new CdiDevice(device.Name, DeviceEdits(Edits(device.Gpus), common)));
        var spec = new CdiSpec(CdiVersion.First, _module.Vendor.CdiKind()) { Devices = [.. devices], Edits = CommonEdits(common, all, hookProgram) };
        return new GeneratedSpec(spec with { Version = CdiVersions.LeastFor(spec) }, all.DeviceNodes, warnings);
    }

    // "all" is what there is; any other name means all of its GPUs or nothing.
    private static NamedGpus WithoutOthers(NamedGpus device, ImmutableArray<Gpu> given)
    {
        ImmutableArray<Gpu> rest = [.. device.Gpus.Where(gpu => given.Any(other => other.Id == gpu.Id))];
        return device with { Gpus = device.Name == CdiDeviceNames.All || rest.Length == device.Gpus.Length ? rest : [] };
    }

    // One GPU that cannot be given, such as one whose node udev has not made, keeps the others from nobody.
    private ImmutableArray<Gpu> Given(out ImmutableArray<string> warnings)
    {
        var given = ImmutableArray.CreateBuilder<Gpu>();
        var reasons = ImmutableArray.CreateBuilder<string>();
        GpuRuntimeException? first = null;
        foreach (var gpu in _gpus)
        {
            try
            {
                _ = Edits([gpu]);
                given.Add(gpu);
            }
            catch (GpuRuntimeException exception)
            {
                first ??= exception;
                reasons.Add($"{gpu.Id} is left out: {exception.Message}");
            }
        }

        warnings = reasons.ToImmutable();
        return given.Count > 0 ? given.ToImmutable() : throw first!;
    }

    private ContainerEdits Edits(ImmutableArray<Gpu> gpus)
    {
        var key = Key(gpus);
        if (_edits.TryGetValue(key, out var edits))
            return edits;
        var request = new GpuRequest { Capabilities = _module.SpecificationCapabilities, Source = "gpu-runtime cdi generate" };
        return _edits[key] = _module.Edits(new VendorGrant(gpus, request, ContainerEnvironment.Empty), _host, _configuration);
    }

    private static string Key(ImmutableArray<Gpu> gpus) =>
        string.Join(' ', gpus.Select(gpu => $"{gpu.Id} {string.Join(',', gpu.MigDevices.Select(device => device.Index))}"));

    private static IEnumerable<DeviceNode> NodesOf(Gpu gpu) =>
        gpu.DeviceNodes.Concat(gpu.DrmNodes).Concat(gpu.ManagementNodes).Concat(gpu.MigDevices.SelectMany(device => device.CapabilityNodes));

    private static ContainerEdits Common(ContainerEdits first, ContainerEdits second) => new()
    {
        DeviceNodes = [.. first.DeviceNodes.Where(node => second.DeviceNodes.Contains(node))],
        Mounts = [.. first.Mounts.Where(mount => second.Mounts.Any(other => IsSame(mount, other)))],
    };

    private static bool IsSame(ContainerMount first, ContainerMount second) => first.ContainerPath == second.ContainerPath && first.HostPath == second.HostPath;

    private CdiEdits CommonEdits(ContainerEdits common, ContainerEdits all, string hookProgram)
    {
        var arguments = CdiHookArguments.Of(all);
        return Edits(common.DeviceNodes, common.Mounts) with
        {
            // The image's own variable would have our runtime, which may be the engine's, give everything a second time.
            Environment = [$"{_module.Vendor.VisibleDevicesVariable()}=void"],
            Hooks = arguments.IsEmpty ? [] : [new CdiHook(Stage, hookProgram) { Args = arguments, Environment = [ContainerHook.OwnEnvironment], Timeout = HookTimeoutSeconds }],
        };
    }

    private static CdiEdits DeviceEdits(ContainerEdits edits, ContainerEdits common) => Edits(
        edits.DeviceNodes.Where(node => !common.DeviceNodes.Contains(node)),
        edits.Mounts.Where(mount => !common.Mounts.Any(other => IsSame(mount, other))));

    // Neither numbers, which change with a reboot, nor owner and mode: engines take the host's numbers, and make the node for the container's user.
    private static CdiEdits Edits(IEnumerable<DeviceNode> nodes, IEnumerable<ContainerMount> mounts)
    {
        ImmutableArray<DeviceNode> given = [.. nodes];
        return new CdiEdits
        {
            DeviceNodes = [.. given.Select(node => new CdiDeviceNode(node.Path) { HostPath = node.HostPath == node.Path ? null : node.HostPath, Permissions = node.Access })],
            Mounts = [.. mounts.Select(mount => new CdiMount(mount.HostPath, mount.ContainerPath) { Options = mount.Options })],
            AdditionalGids = DeviceNode.GroupsOf(given),
        };
    }
}

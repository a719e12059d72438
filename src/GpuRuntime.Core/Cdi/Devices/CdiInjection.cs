using System.Collections.Immutable;
using GpuRuntime.Core.Edits;
using GpuRuntime.Core.Errors;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Core.Requests;

namespace GpuRuntime.Core.Cdi.Devices;

/// <summary>What a container gets with devices of CDI specifications, in the words of our own edits.</summary>
public sealed class CdiInjection
{
    private const string DefaultPermissions = "rwm";
    private const uint DefaultMode = 0b110_110_110;

    private readonly Func<string, CdiHostNode?> _nodeOf;
    private readonly (uint Uid, uint Gid) _process;

    private CdiInjection(Func<string, CdiHostNode?> nodeOf, (uint Uid, uint Gid) process)
    {
        _nodeOf = nodeOf;
        _process = process;
    }

    /// <param name="devices">In the order in which they were asked for. A specification's own edits count once.</param>
    /// <param name="nodeOf">A node of the host's by its path; <see langword="null"/> when there is none.</param>
    /// <param name="process">The container's user and group: nodes of which the specification gives no owner become theirs, unless they are root.</param>
    /// <exception cref="GpuRuntimeException"><see cref="ErrorCode.DeviceNodeMissing"/>, <see cref="ErrorCode.RequestUnsupported"/>.</exception>
    public static ContainerEdits Edits(
        ImmutableArray<CdiDefinition> devices, Func<string, CdiHostNode?> nodeOf, (uint Uid, uint Gid) process)
    {
        var injection = new CdiInjection(nodeOf, process);
        var applied = new List<Part>();
        var seen = new List<CdiSpec>();
        foreach (var device in devices)
        {
            var spec = device.File.Spec;
            var name = device.Name.ToString();
            if (!seen.Exists(other => ReferenceEquals(other, spec)))
            {
                seen.Add(spec);
                applied.Add(new Part(spec.Edits, name));
            }

            applied.Add(new Part(device.Device.Edits, name));
        }

        applied.ForEach(RefuseWhatIsNotApplied);
        return new ContainerEdits
        {
            Environment = LastOfEach(applied.SelectMany(part => part.Edits.Environment).Select(Variable), variable => variable.Name),
            DeviceNodes = LastOfEach(applied.SelectMany(part => part.Edits.DeviceNodes.Select(node => injection.Node(node, part.Device))), node => node.Path),
            // A mount hides what lies below its place: deeper ones come later.
            Mounts = [.. LastOfEach(applied.SelectMany(part => part.Edits.Mounts).Select(Mount), mount => mount.ContainerPath).OrderBy(mount => mount.ContainerPath.Count('/'))],
            Hooks = [.. applied.SelectMany(part => part.Edits.Hooks).Select(Hook)],
            AdditionalGids = [.. applied.SelectMany(part => part.Edits.AdditionalGids).Where(gid => gid != 0).Distinct()],
        };
    }

    private static void RefuseWhatIsNotApplied(Part part)
    {
        var (edits, device) = part;
        if (edits.NetDevices.IsEmpty && edits.IntelRdt is null)
            return;
        throw new GpuRuntimeException(
            ErrorCode.RequestUnsupported,
            $"The CDI device {device} has {(edits.IntelRdt is null ? "netDevices" : "intelRdt")} among its edits, which gpu-runtime does not apply; have the engine apply it (docker run --device {device}).");
    }

    // As in CDI, a later edit takes the place of an earlier one for the same thing.
    private static ImmutableArray<T> LastOfEach<T>(IEnumerable<T> edits, Func<T, string> key)
        where T : class => [.. edits.Reverse().DistinctBy(key).Reverse()];

    private static ContainerMount Mount(CdiMount mount) => new(mount.HostPath, mount.ContainerPath, mount.Options) { Type = mount.Type ?? ContainerMount.Bind };

    private static EnvironmentVariable Variable(string entry)
    {
        var equals = entry.IndexOf('=', StringComparison.Ordinal);
        return new EnvironmentVariable(entry[..equals], entry[(equals + 1)..]);
    }

    private static ContainerHook Hook(CdiHook hook) =>
        new(hook.HookName, hook.Path, hook.Args, hook.Environment.IsEmpty ? [ContainerHook.OwnEnvironment] : hook.Environment, hook.Timeout);

    private DeviceNode Node(CdiDeviceNode node, string device)
    {
        var hostPath = node.HostPath ?? node.Path;
        var isGiven = node.Type is not null && (node.Major is not null || node.Type == "p");
        var host = isGiven && node.FileMode is not null ? null : _nodeOf(hostPath);
        if (host is null && !isGiven)
            throw new GpuRuntimeException(ErrorCode.DeviceNodeMissing, $"The CDI device {device} needs {hostPath}, which is not a device node of this host; load its driver, or generate the specification anew.");
        return new DeviceNode(
            node.Path, hostPath, (uint)(node.Major ?? host?.Major ?? 0), (uint)(node.Minor ?? host?.Minor ?? 0),
            node.FileMode ?? host?.Mode ?? DefaultMode, Owner(node.Uid, _process.Uid, host?.Uid), Owner(node.Gid, _process.Gid, host?.Gid))
        {
            Type = node.Type switch { null => host!.Type, "b" => 'b', "p" => 'p', _ => 'c' },
            Access = node.Permissions is { Length: > 0 } permissions ? permissions : DefaultPermissions,
        };
    }

    // As CDI's own library does it: a process that is not root gets the node for its own.
    private static uint Owner(uint? given, uint process, uint? host) => given ?? (process > 0 ? process : host ?? 0);

    private sealed record Part(CdiEdits Edits, string Device);
}

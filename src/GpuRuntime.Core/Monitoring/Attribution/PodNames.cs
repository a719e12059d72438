using System.Collections.Immutable;
using GpuRuntime.Core.Allocation;
using GpuRuntime.Core.Monitoring.Samples;
using UnitUse = GpuRuntime.Core.Monitoring.Samples.UnitUse;

namespace GpuRuntime.Core.Monitoring.Attribution;

/// <summary>
/// Completes the names of pods' containers by the kubelet's list. This knows neither the uids of pods nor the ids of containers: what joins them are
/// the devices, and only where they leave one possibility.
/// </summary>
public sealed class PodNames
{
    private readonly ImmutableArray<(PodDevices Pod, ImmutableHashSet<string> Units)> _pods;

    /// <param name="pods">As the kubelet tells.</param>
    /// <param name="units">The units of this host.</param>
    public PodNames(ImmutableArray<PodDevices> pods, ImmutableArray<HeldUnit> units) => _pods =
    [
        .. pods.Select(pod => (pod, pod.Devices.SelectMany(device => DeviceId.UnitsOf(device, units)).Select(unit => unit.Id).ToImmutableHashSet(StringComparer.Ordinal)))
            .Where(pair => !pair.Item2.IsEmpty),
    ];

    /// <summary>The containers of one pass, with what else is known of their pods.</summary>
    /// <returns>The same array where nothing else is known.</returns>
    public ImmutableArray<ContainerUse> Complete(ImmutableArray<ContainerUse> containers)
    {
        var byUid = new Dictionary<string, ContainerIdentity>(StringComparer.Ordinal);
        foreach (var (container, _) in containers)
        {
            if (container is { PodUid: { } uid, Pod: not null, PodNamespace: not null })
                byUid.TryAdd(uid, container);
        }

        ContainerUse[]? named = null;
        for (var i = 0; i < containers.Length; i++)
        {
            var (container, units) = containers[i];
            var known = Named(OfPod(container, byUid), units);
            if (known == container)
                continue;
            named ??= [.. containers];
            named[i] = containers[i] with { Container = known };
        }

        return named is null ? containers : [.. named];
    }

    // A container whose bundle tells has told of the others of its pod.
    private static ContainerIdentity OfPod(ContainerIdentity container, Dictionary<string, ContainerIdentity> byUid) =>
        container is { Pod: null, PodUid: { } uid } && byUid.TryGetValue(uid, out var other) ? container with { Pod = other.Pod, PodNamespace = other.PodNamespace } : container;

    // A container of no pod uses what a pod holds: it is not that pod's.
    private ContainerIdentity Named(ContainerIdentity container, ImmutableArray<UnitUse> units)
    {
        if (container is { Pod: null, PodUid: null } or { Pod: not null, PodNamespace: not null, PodContainer: not null } || units.IsEmpty)
            return container;
        PodDevices? only = null;
        foreach (var (pod, held) in _pods)
        {
            if (!IsOf(pod, container) || !units.All(unit => held.Contains(unit.UnitId)))
                continue;
            if (only is not null)
                return container;
            only = pod;
        }

        return only is null ? container : container with { Pod = only.Pod, PodNamespace = only.Namespace, PodContainer = only.Container };
    }

    private static bool IsOf(PodDevices pod, ContainerIdentity container) =>
        (container.Pod ?? pod.Pod) == pod.Pod && (container.PodNamespace ?? pod.Namespace) == pod.Namespace && (container.PodContainer ?? pod.Container) == pod.Container;
}

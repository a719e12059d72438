using System.Collections.Immutable;
using GpuRuntime.Agent.Kubernetes.Grpc;
using GpuRuntime.Agent.Kubernetes.PodResources.V1;
using GpuRuntime.Core.Monitoring.Attribution;

namespace GpuRuntime.Agent.Kubernetes.PodResources;

/// <summary>Asks the kubelet which devices it has given to which pod.</summary>
/// <param name="path">Its socket.</param>
internal sealed class PodResourcesClient(string path) : IDisposable
{
    private const string Method = "/v1.PodResourcesLister/List";

    // What a kubelet sends at most.
    private const int LargestAnswer = 16 << 20;

    // Kubernetes has no longer names; of ids nothing is said.
    private const int LongestName = 253;
    private const int LongestId = 512;

    private readonly GrpcSocket _kubelet = new(path);

    /// <returns>The containers that have devices.</returns>
    /// <exception cref="GrpcException">The kubelet does not tell.</exception>
    public ImmutableArray<PodDevices> List(TimeSpan longest) =>
        ContainersOf(_kubelet.Call(Method, new ListPodResourcesRequest(), ListPodResourcesResponse.Parser, longest, LargestAnswer));

    /// <summary>The containers of an answer that have devices, and names as Kubernetes gives them.</summary>
    internal static ImmutableArray<PodDevices> ContainersOf(ListPodResourcesResponse answer)
    {
        var found = ImmutableArray.CreateBuilder<PodDevices>();
        foreach (var pod in answer.PodResources)
        {
            foreach (var container in pod.Containers)
            {
                ImmutableArray<string> devices =
                [
                    .. container.Devices.SelectMany(device => device.DeviceIds)
                        .Concat(container.DynamicResources.SelectMany(resource => resource.ClaimResources).SelectMany(claim => claim.CdiDevices).Select(device => device.Name))
                        .Where(device => device.Length is > 0 and <= LongestId),
                ];
                if (!devices.IsEmpty && IsName(pod.Namespace) && IsName(pod.Name) && IsName(container.Name))
                    found.Add(new PodDevices(pod.Namespace, pod.Name, container.Name, devices));
            }
        }

        return found.DrainToImmutable();
    }

    public void Dispose() => _kubelet.Dispose();

    private static bool IsName(string text) => text.Length is > 0 and <= LongestName;
}

using System.Collections.Immutable;
using Google.Protobuf;
using GpuRuntime.Agent.Kubernetes.DevicePlugin;
using GpuRuntime.Agent.Kubernetes.DevicePlugin.V1Beta1;
using GpuRuntime.Agent.Kubernetes.Grpc;
using GpuRuntime.Agent.Kubernetes.PodResources;
using GpuRuntime.Agent.Kubernetes.PodResources.V1;
using GpuRuntime.Core.Allocation;
using GpuRuntime.Core.Configuration;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Core.Kubernetes;
using GpuRuntime.Core.Monitoring.Attribution;
using GpuRuntime.Core.Monitoring.Samples;
using GpuRuntime.Fuzz.Tests.Contract;
using Grpc.Core;

namespace GpuRuntime.Fuzz.Tests.Targets;

/// <summary>What the kubelet sends: an answer of its pod resources API, and calls of its device plugin API.</summary>
internal static class KubeletTargets
{
    private const int LargestAnswer = 64 << 10;

    private static readonly ImmutableArray<Gpu> Gpus =
        [.. Enumerable.Range(0, 4).Select(index => new Gpu { Vendor = GpuVendor.Amd, Index = index, PciAddress = new PciAddress(0, (byte)(3 + index), 0, 0), Driver = "amdgpu", Uuid = $"0x{index + 1:X}" })];

    private static readonly DevicePluginService Plugin = new(
        new OfferedResource(Offer.Of(PluginResources.Of(Gpus, RuntimeConfiguration.Default)[0], _ => true, [])), RuntimeConfiguration.Default,
        problem => throw new BrokenContractException(problem), CancellationToken.None);

    /// <summary>A frame as it comes from the socket.</summary>
    public static void RunFrame(ReadOnlySpan<byte> input)
    {
        using var stream = new MemoryStream(input.ToArray());
        if (GrpcFrame.ReadAsync(stream, LargestAnswer, CancellationToken.None).GetAwaiter().GetResult() is not { } message)
            return;
        Broken.Unless(message.Length == stream.Position - 5, "a frame is as long as it says");
        if (Parsed(ListPodResourcesResponse.Parser, message) is not { } answer)
            return;
        var pods = PodResourcesClient.ContainersOf(answer);
        Broken.Unless(pods.All(pod => pod.Pod.Length is > 0 and <= 253 && !pod.Devices.IsEmpty), "a pod has a name and a device");
        var container = new ContainerUse(new ContainerIdentity("c", "containerd") { PodUid = "u" }, [new Core.Monitoring.Samples.UnitUse("amd:0", GpuVendor.Amd, "amd:0")]);
        Broken.Unless(new PodNames(pods, HeldUnit.Of(Gpus)).Complete([container]).Length == 1, "a container is one, whatever pods there are");
    }

    /// <summary>The first byte chooses the call, the rest is its message.</summary>
    public static void RunPlugin(ReadOnlySpan<byte> input)
    {
        if (input.IsEmpty)
            return;
        var message = input[1..].ToArray();
        try
        {
            if (input[0] % 2 == 0 && Parsed(AllocateRequest.Parser, message) is { } allocate)
                _ = Plugin.Allocate(allocate, null!).GetAwaiter().GetResult();
            else if (Parsed(PreferredAllocationRequest.Parser, message) is { } preferred)
                Check(preferred, Plugin.GetPreferredAllocation(preferred, null!).GetAwaiter().GetResult());
        }
        catch (RpcException refusal)
        {
            Broken.Unless(refusal.StatusCode is StatusCode.InvalidArgument or StatusCode.NotFound, $"a bad call is the caller's fault ({refusal.Status})");
            Broken.Unless(!refusal.Status.Detail.Any(char.IsControl), "a refusal is one line without control characters");
        }
    }

    private static void Check(PreferredAllocationRequest request, PreferredAllocationResponse response)
    {
        foreach (var (asked, chosen) in request.ContainerRequests.Zip(response.ContainerResponses))
        {
            Broken.Unless(chosen.DeviceIDs.Count == asked.AllocationSize, "as many devices are preferred as are asked for");
            Broken.Unless(asked.MustIncludeDeviceIDs.All(chosen.DeviceIDs.Contains), "what must be among them is");
        }
    }

    // Google.Protobuf's own refusal, which GrpcSocket and gRPC's server answer themselves.
    private static T? Parsed<T>(MessageParser<T> parser, byte[] message)
        where T : class, IMessage<T>
    {
        try
        {
            return parser.ParseFrom(message);
        }
        catch (InvalidProtocolBufferException)
        {
            return null;
        }
    }
}

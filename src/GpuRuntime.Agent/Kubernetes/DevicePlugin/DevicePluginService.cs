using GpuRuntime.Agent.Kubernetes.DevicePlugin.V1Beta1;
using GpuRuntime.Core.Configuration;
using GpuRuntime.Core.Errors;
using GpuRuntime.Core.Kubernetes;
using Grpc.Core;

namespace GpuRuntime.Agent.Kubernetes.DevicePlugin;

/// <summary>Answers the kubelet about one resource. What it asks wrongly is refused with a status and a sentence, and costs nothing else.</summary>
/// <param name="report">Told, in one sentence each, of what should not happen.</param>
/// <param name="stopping">Ends the streams.</param>
internal sealed class DevicePluginService(OfferedResource resource, RuntimeConfiguration configuration, Action<string> report, CancellationToken stopping)
    : V1Beta1.DevicePlugin.DevicePluginBase
{
    private int _watchers;

    /// <summary>Somebody listens to what changes.</summary>
    public bool IsWatched => Volatile.Read(ref _watchers) > 0;

    /// <summary>What the kubelet is told of this plugin, when it is registered and when it asks.</summary>
    public static DevicePluginOptions Options => new() { PreStartRequired = false, GetPreferredAllocationAvailable = true };

    public override Task<DevicePluginOptions> GetDevicePluginOptions(Empty request, ServerCallContext context) => Task.FromResult(Options);

    public override async Task ListAndWatch(Empty request, IServerStreamWriter<ListAndWatchResponse> responseStream, ServerCallContext context)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, stopping);
        Interlocked.Increment(ref _watchers);
        try
        {
            for (var offer = resource.Offer; ; offer = await resource.AfterAsync(offer, end.Token).ConfigureAwait(false))
                await responseStream.WriteAsync(offer.List, end.Token).ConfigureAwait(false);
        }
        catch (Exception) when (end.IsCancellationRequested)
        {
            // The kubelet has left, or the agent stops: the end of a stream is no failure.
        }
        finally
        {
            Interlocked.Decrement(ref _watchers);
        }
    }

    public override Task<PreferredAllocationResponse> GetPreferredAllocation(PreferredAllocationRequest request, ServerCallContext context) => Answer(() =>
    {
        var offer = resource.Offer;
        var response = new PreferredAllocationResponse();
        foreach (var container in request.ContainerRequests)
        {
            var chosen = PreferredDevices.Choose(offer.Resource, Once(container.AvailableDeviceIDs), Once(container.MustIncludeDeviceIDs), container.AllocationSize, offer.Links);
            response.ContainerResponses.Add(new ContainerPreferredAllocationResponse { DeviceIDs = { chosen } });
        }

        return response;
    });

    public override Task<AllocateResponse> Allocate(AllocateRequest request, ServerCallContext context) => Answer(() =>
    {
        var offer = resource.Offer;
        var response = new AllocateResponse();
        foreach (var container in request.ContainerRequests)
        {
            // Without a variable of ours, an image's own might ask for every GPU.
            if (container.DevicesIds.Count == 0)
                throw Refused(StatusCode.InvalidArgument, $"No device of {resource.Name} is asked for.");
            response.ContainerResponses.Add(Message(ContainerAnswer.Of(offer.Resource, Once(container.DevicesIds), configuration)));
        }

        return response;
    });

    // The options say that nobody has to call this.
    public override Task<PreStartContainerResponse> PreStartContainer(PreStartContainerRequest request, ServerCallContext context) => Task.FromResult(new PreStartContainerResponse());

    private static HashSet<string> Once(IReadOnlyCollection<string> ids)
    {
        var once = new HashSet<string>(ids.Count, StringComparer.Ordinal);
        foreach (var id in ids)
        {
            if (!once.Add(id))
                throw Refused(StatusCode.InvalidArgument, $"{PrintableText.Quote(id)} is given twice.");
        }

        return once;
    }

    private static ContainerAllocateResponse Message(ContainerAnswer answer) => new()
    {
        Envs = { answer.Environment },
        Annotations = { answer.Annotations },
        Devices = { answer.Nodes.Select(node => new DeviceSpec { ContainerPath = node.Path, HostPath = node.HostPath, Permissions = node.Access }) },
        CdiDevices = { answer.CdiDevices.Select(name => new CDIDevice { Name = name }) },
    };

    private Task<T> Answer<T>(Func<T> answer)
    {
        try
        {
            return Task.FromResult(answer());
        }
        catch (GpuRuntimeException exception)
        {
            throw Refused(exception.Code == ErrorCode.GpuNotFound ? StatusCode.NotFound : StatusCode.InvalidArgument, exception.UserLine);
        }
        catch (Exception exception) when (exception is not RpcException)
        {
            report($"A call of the kubelet's for {resource.Name} has failed: {exception.GetType().Name}: {exception.Message}");
            throw Refused(StatusCode.Internal, $"The call has failed: {exception.GetType().Name}.");
        }
    }

    private static RpcException Refused(StatusCode code, string sentence) => new(new Status(code, sentence));
}

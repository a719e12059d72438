using System.Collections.Immutable;
using GpuRuntime.Agent.Kubernetes.Grpc;
using GpuRuntime.Core.Monitoring.Attribution;

namespace GpuRuntime.Agent.Kubernetes.PodResources;

/// <summary>
/// Knows what the kubelet told last, which a thread of its own asks from time to time: a kubelet that hangs holds up no pass. On a host without its
/// socket nobody is asked.
/// </summary>
internal sealed class PodWatch : IDisposable
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LongestCall = TimeSpan.FromSeconds(5);

    // A kubelet that is restarted changes nothing of what containers hold; what one that stays away has told is nothing of this moment.
    private static readonly TimeSpan OldestAnswer = TimeSpan.FromMinutes(1);

    private static readonly PodAnswer None = new([], null);

    private readonly ManualResetEventSlim _stop = new();
    private readonly string _path;
    private readonly TimeProvider _clock;
    private readonly TimeSpan _period;
    private volatile PodAnswer _answer = None;
    private long _told;

    /// <param name="path">The kubelet's socket; empty: nobody is asked.</param>
    /// <param name="period">Between the calls.</param>
    public PodWatch(string path, TimeProvider clock, TimeSpan? period = null)
    {
        (_path, _clock, _period) = (path, clock, period ?? Period);
        if (path.Length > 0)
            new Thread(Run) { IsBackground = true, Name = "pods" }.Start();
    }

    public PodAnswer Latest => _answer;

    // A call that goes on ends by itself.
    public void Dispose() => _stop.Set();

    private void Run()
    {
        using var client = new PodResourcesClient(_path);
        do
        {
            _answer = Ask(client);
        }
        while (!_stop.Wait(_period));
    }

    private PodAnswer Ask(PodResourcesClient client)
    {
        if (!File.Exists(_path))
            return None;
        try
        {
            var pods = client.List(LongestCall);
            _told = _clock.GetTimestamp();
            // The same as before is the same array: nothing has to be joined anew.
            return new PodAnswer(IsSame(pods, _answer.Pods) ? _answer.Pods : pods, null);
        }
        catch (Exception exception)
        {
            var reason = exception is GrpcException ? exception.Message : $"{exception.GetType().Name}: {exception.Message.TrimEnd('.')}";
            return new PodAnswer(_clock.GetElapsedTime(_told) <= OldestAnswer ? _answer.Pods : [], $"Which pods hold GPUs is not known: {reason}.");
        }
    }

    private static bool IsSame(ImmutableArray<PodDevices> first, ImmutableArray<PodDevices> second) =>
        first.Length == second.Length && first.Zip(second).All(pair => pair.First with { Devices = [] } == pair.Second with { Devices = [] } && pair.First.Devices.SequenceEqual(pair.Second.Devices));
}

/// <param name="Problem">Why it is not known, or may be old: a sentence.</param>
internal sealed record PodAnswer(ImmutableArray<PodDevices> Pods, string? Problem);

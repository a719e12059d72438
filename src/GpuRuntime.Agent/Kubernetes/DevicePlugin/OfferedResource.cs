namespace GpuRuntime.Agent.Kubernetes.DevicePlugin;

/// <summary>A resource, what it offers now, and a way to wait for more. Any thread may ask and change it.</summary>
internal sealed class OfferedResource(Offer first)
{
    private readonly Lock _gate = new();
    private Offer _offer = first;
    private TaskCompletionSource _change = Awaited();

    public string Name { get; } = first.Resource.Name;

    public Offer Offer
    {
        get
        {
            lock (_gate)
                return _offer;
        }
    }

    /// <summary>Whoever waits is told, if the kubelet's list is another one now.</summary>
    public void Change(Offer offer)
    {
        TaskCompletionSource? change = null;
        lock (_gate)
        {
            if (!offer.List.Equals(_offer.List))
                (change, _change) = (_change, Awaited());
            _offer = offer;
        }

        change?.SetResult();
    }

    /// <summary>The newest offer, once its list is not the seen one's: who comes late for some gets the last of them alone.</summary>
    public async Task<Offer> AfterAsync(Offer seen, CancellationToken cancellation)
    {
        while (true)
        {
            Task change;
            lock (_gate)
            {
                if (!_offer.List.Equals(seen.List))
                    return _offer;
                change = _change.Task;
            }

            await change.WaitAsync(cancellation).ConfigureAwait(false);
        }
    }

    // Those who wait go on by themselves, not on the thread that tells them.
    private static TaskCompletionSource Awaited() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}

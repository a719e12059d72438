using System.Collections.Immutable;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Core.Monitoring;
using GpuRuntime.Core.Monitoring.Processes;
using GpuRuntime.Linux.Monitoring;

namespace GpuRuntime.Agent.Monitoring.Processes;

/// <summary>A DRM client that a process has open, as it was read last. A kernel gives a client's number to no other one.</summary>
internal sealed class HeldClient(DrmFile file, TimeSpan read)
{
    private bool _isBehind;

    /// <summary>Where it is described, in the tree of processes.</summary>
    public string Path { get; } = file.Path;

    public ClientKey Key { get; } = ClientKey.Of(file.Client);

    public DrmClient Client { get; private set; } = file.Client;

    /// <summary>When <see cref="Client"/> was read.</summary>
    public TimeSpan Time { get; private set; } = read;

    /// <summary>What it kept busy between the last two readings; empty before the second one.</summary>
    public ImmutableArray<EngineTime> Times { get; private set; } = [];

    /// <summary>Between the last two readings.</summary>
    public TimeSpan Elapsed { get; private set; }

    public void Update(DrmClient client, TimeSpan now)
    {
        if (now <= Time)
            return;
        Times = _isBehind ? [] : EngineTimes.Between(Client.Engines, client.Engines, now - Time);
        Elapsed = now - Time;
        (Client, Time, _isBehind) = (client, now, false);
    }

    /// <summary>It was not read for a while, since another process was counted for it: what it did meanwhile is that process's.</summary>
    public void BeginAnew() => _isBehind = true;
}

/// <param name="Id">On its GPU.</param>
internal readonly record struct ClientKey(PciAddress Address, ulong Id)
{
    public static ClientKey Of(DrmClient client) => new(client.Address, client.Id);
}

namespace GpuRuntime.EndToEnd.Tests.Monitoring;

/// <summary>One agent on loopback, for all tests of a fixture.</summary>
public abstract class SharedAgentFixture : HttpFixture
{
    private ServedAgent? _agent;

    private protected ServedAgent Served => _agent!;

    private protected virtual string[] Arguments => [];

    private protected override async Task StartSharedAsync() => _agent = await ServedAgent.StartAsync(Agent(Arguments), Loopback, NewPrefix());

    private protected override async Task EndSharedAsync()
    {
        if (_agent is not null)
            await _agent.DisposeAsync();
    }
}

using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using GpuRuntime.TestHosts;

namespace GpuRuntime.EndToEnd.Tests.Monitoring;

/// <summary>The real agent on a simulated host, asked over HTTP.</summary>
public abstract class HttpFixture
{
    private protected const string Loopback = "127.0.0.1:0";

    private readonly List<ServedAgent> _agents = [];
    private TestMachine? _machine;

    private protected TestMachine Machine => _machine!;

    private protected virtual SimulatedHostOptions Host => ReadyHosts.ThreeVendors with { Nvidia = null };

    [OneTimeSetUp]
    public async Task PrepareAsync()
    {
        try
        {
            _machine = TestMachine.Create(Host);
            await StartSharedAsync();
        }
        catch (TestResourceUnavailableException unavailable)
        {
            Assert.Ignore(unavailable.Reason);
        }
    }

    [TearDown]
    public async Task EndAgentsAsync()
    {
        foreach (var agent in _agents)
            await agent.DisposeAsync();
        _agents.Clear();
    }

    [OneTimeTearDown]
    public async Task CleanUpAsync()
    {
        await EndSharedAsync();
        if (_machine is not null)
            await _machine.DisposeAsync();
    }

    /// <summary>What all tests of the fixture ask.</summary>
    private protected virtual Task StartSharedAsync() => Task.CompletedTask;

    private protected virtual Task EndSharedAsync() => Task.CompletedTask;

    private protected Command Agent(params ReadOnlySpan<string> arguments) => Command.Of(Programs.GpuRuntimeAgent, ["serve", "--config", Machine.ConfigPath, .. arguments]);

    /// <summary>An agent that ends with the test.</summary>
    private protected async Task<ServedAgent> StartAsync(Command command, string listen = Loopback, X509Certificate2? certificate = null)
    {
        var agent = await ServedAgent.StartAsync(command, listen, NewPrefix(), certificate);
        _agents.Add(agent);
        return agent;
    }

    /// <summary>One more configuration of the host, with these keys of <c>agent</c>.</summary>
    private protected string Configuration(JsonObject agent) => Machine.WriteConfiguration($"config-{Guid.NewGuid():N}.json", config => config["agent"] = agent);

    private protected string NewPrefix() => Machine.Directory.Combine($"agent-{Guid.NewGuid():N}");
}

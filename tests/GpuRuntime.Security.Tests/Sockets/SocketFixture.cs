using GpuRuntime.EndToEnd.Tests.Monitoring;

namespace GpuRuntime.Security.Tests.Sockets;

/// <summary>An agent a test, which listens on one kind of socket.</summary>
public abstract class SocketFixture(DoorKind kind) : WideAgentFixture
{
    /// <summary>What who may ask for everything sends along.</summary>
    private protected string[] Credentials => kind == DoorKind.Tls ? [$"Authorization: Bearer {Token}"] : [];

    private protected Task<ServedAgent> StartAsync() => kind switch
    {
        DoorKind.Unix => StartAsync(Agent(), $"unix:{Machine.Directory.CreateSubdirectory("run")}/agent.sock"),
        DoorKind.Tls => StartAsync(With(Configuration(Keys)), Everywhere, Shown),
        _ => StartAsync(Agent()),
    };
}

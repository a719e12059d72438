namespace GpuRuntime.EndToEnd.Tests;

/// <summary>What the rows that must hold on every engine need of one.</summary>
internal interface IContainerEngine : IAsyncDisposable
{
    Task ImportAsync(TestImage image);

    /// <summary>Runs a container to its end through the runtime of the request, and removes it.</summary>
    Task<CommandResult> RunAsync(ContainerRequest request);

    /// <summary>The engine's own log, for the output of failed tests.</summary>
    string Log { get; }
}

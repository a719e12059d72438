namespace GpuRuntime.Agent.Http;

/// <summary>What a connection has among its features: its place of <see cref="ConnectionPlaces"/>.</summary>
/// <param name="use">Called when a request has come by it.</param>
internal sealed class ConnectionPlace(Action use)
{
    /// <summary>A request has come: of all connections this one is the last to give its place up.</summary>
    public void Use() => use();
}

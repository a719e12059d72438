namespace GpuRuntime.TestHosts;

/// <summary>Something that a test needs is not to be had on this machine. Tests turn it into a skip with this reason.</summary>
public sealed class TestResourceUnavailableException(string reason, Exception? cause = null) : Exception(reason, cause)
{
    public string Reason { get; } = reason;
}

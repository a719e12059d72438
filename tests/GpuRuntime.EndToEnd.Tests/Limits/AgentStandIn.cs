namespace GpuRuntime.EndToEnd.Tests.Limits;

/// <summary>
/// Stands in for a running gpu-runtime-agent: holds the lock by which it shows itself, and measures nobody. Containers get their limits, and nothing
/// would end them above.
/// </summary>
internal sealed class AgentStandIn : IDisposable
{
    private readonly FileStream _lock;

    private AgentStandIn(FileStream file) => _lock = file;

    /// <param name="vendors">Whose memory it says that it can measure.</param>
    public static AgentStandIn Start(TestMachine machine, string vendors = "nvidia amd intel")
    {
        var directory = StateFiles.Directory(machine);
        // Shared with nobody, which .NET makes sure of by flock(2).
        var file = new FileStream(Path.Combine(directory, "watchdog"), FileMode.Create, FileAccess.ReadWrite, FileShare.None);
        file.Write(System.Text.Encoding.ASCII.GetBytes(vendors + "\n"));
        file.Flush();
        return new AgentStandIn(file);
    }

    public void Dispose() => _lock.Dispose();
}

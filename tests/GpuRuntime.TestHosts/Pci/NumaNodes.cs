namespace GpuRuntime.TestHosts;

/// <summary>The two sockets that every simulated server has.</summary>
internal static class NumaNodes
{
    private const string AllCpus = "0-191";

    private static readonly string[] CpuLists = ["0-47,96-143", "48-95,144-191"];

    /// <summary>local_cpulist of a device on this node.</summary>
    public static string Cpus(int node) => node < 0 ? AllCpus : CpuLists[node];
}

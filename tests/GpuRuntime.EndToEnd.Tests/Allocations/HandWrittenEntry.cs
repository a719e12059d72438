using System.Globalization;

namespace GpuRuntime.EndToEnd.Tests.Allocations;

/// <summary>Entries of the ledger that no container stands behind: for what this machine can give none of.</summary>
internal static class HandWrittenEntry
{
    /// <summary>Of a process that is long gone.</summary>
    public const string Dead = "\"pid\":4194304,\"startTime\":1";

    /// <summary>Of this very process, which is there as long as the test is.</summary>
    public static string Alive =>
        string.Create(CultureInfo.InvariantCulture, $"\"pid\":{Environment.ProcessId},\"startTime\":{ProcessStatus.Field(Environment.ProcessId, ProcessStatus.StartTime)}");

    /// <param name="process"><see cref="Dead"/> or <see cref="Alive"/>.</param>
    /// <param name="gpus">The items of <c>gpus</c>.</param>
    public static void Write(TestMachine machine, string container, string process, string gpus)
    {
        Limits.StateFiles.Directory(machine, "allocations", "holders");
        File.WriteAllText(
            PathOf(machine, container, $"/bundles/{container}"),
            $$"""{"version":1,"container":"{{container}}","bundle":"/bundles/{{container}}",{{process}},"since":"2026-01-02T03:04:05Z","mode":"shared","gpus":[{{gpus}}]}""");
    }

    /// <summary>Where the entry of a container is that a hook gave its GPUs.</summary>
    public static string PathOf(TestMachine machine, string container, string bundle) =>
        Path.Combine(Limits.StateFiles.Directory(machine, "allocations"), $"{container}.{Key($"hook:{bundle}\0{container}")}.json");

    // As the ledger names entries: FNV-1a of what tells containers of one id apart, NUL, and the id.
    private static string Key(string owner)
    {
        var hash = 14695981039346656037UL;
        foreach (var value in System.Text.Encoding.UTF8.GetBytes(owner))
            hash = (hash ^ value) * 1099511628211UL;
        return hash.ToString("x16", CultureInfo.InvariantCulture);
    }
}

using System.Globalization;

namespace GpuRuntime.EndToEnd.Tests.Allocations;

/// <summary>Entries of the ledger that no container stands behind: for what this machine can give none of.</summary>
internal static class HandWrittenEntry
{
    /// <summary>Of a process that is long gone.</summary>
    public const string Dead = "\"pid\":4194304,\"startTime\":1";

    /// <summary>Of this very process, which is there as long as the test is.</summary>
    public static string Alive
    {
        get
        {
            var stat = File.ReadAllText("/proc/self/stat");
            return string.Create(CultureInfo.InvariantCulture, $"\"pid\":{Environment.ProcessId},\"startTime\":{stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[19]}");
        }
    }

    /// <param name="process"><see cref="Dead"/> or <see cref="Alive"/>.</param>
    /// <param name="gpus">The items of <c>gpus</c>.</param>
    public static void Write(TestMachine machine, string container, string process, string gpus)
    {
        var directory = Limits.StateFiles.Directory(machine, "allocations");
        Limits.StateFiles.Directory(machine, "allocations", "holders");
        File.WriteAllText(
            Path.Combine(directory, $"{container}.{Key($"hook:/bundles/{container}\0{container}")}.json"),
            $$"""{"version":1,"container":"{{container}}","bundle":"/bundles/{{container}}",{{process}},"since":"2026-01-02T03:04:05Z","mode":"shared","gpus":[{{gpus}}]}""");
    }

    // As the ledger names entries: FNV-1a of what tells containers of one id apart, NUL, and the id.
    private static string Key(string owner)
    {
        var hash = 14695981039346656037UL;
        foreach (var value in System.Text.Encoding.UTF8.GetBytes(owner))
            hash = (hash ^ value) * 1099511628211UL;
        return hash.ToString("x16", CultureInfo.InvariantCulture);
    }
}

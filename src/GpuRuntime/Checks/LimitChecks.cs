using System.Collections.Immutable;
using GpuRuntime.Core.Allocation;
using GpuRuntime.Core.Configuration;
using GpuRuntime.Core.Errors;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Core.Limits;
using GpuRuntime.Linux.Allocations;
using GpuRuntime.Linux.Limits;
using GpuRuntime.Linux.Processes;

namespace GpuRuntime.Checks;

/// <summary>Who holds what, and by what containers could be held to limits here. Nothing is changed: entries of containers that are gone stay for whoever needs their room.</summary>
internal static class LimitChecks
{
    private const string Ledger = "allocations";

    public static IEnumerable<Finding> Run(IHostRoot host, RuntimeConfiguration configuration, ImmutableArray<Gpu> gpus)
    {
        try
        {
            var limits = new LinuxLimitHost(configuration.StateDirectory, LowLevelRuntime.TryFind(configuration.LowLevelRuntimes, Environment.GetEnvironmentVariable("PATH")) ?? "");
            var facts = new LimitFacts(host, limits, configuration);
            return [.. Entries(configuration), Watchdog(facts.Watchdog), .. HeldUnit.Of(gpus).Select(unit => Tiers(unit, facts))];
        }
        catch (GpuRuntimeException exception)
        {
            return
            [
                Environment.IsPrivilegedProcess
                    ? new Finding(Ledger, exception.Message, "See the sentence above")
                    : new Finding(Ledger, $"{configuration.StateDirectory} is root's: run gpu-runtime check as root to see who holds what, and what holds limits"),
            ];
        }
    }

    private static IEnumerable<Finding> Entries(RuntimeConfiguration configuration)
    {
        var ledger = new AllocationLedger(configuration.StateDirectory);
        var entries = ledger.Read();
        var live = entries.Where(AllocationLedger.IsLive).ToList();
        var gone = entries.Length - live.Count;
        var held = live.SelectMany(entry => entry.Units.Select(unit => unit.Name)).Distinct().Count();
        yield return new Finding(
            Ledger,
            (live.Count == 0 ? "No container holds a GPU" : $"{Number(live.Count, "container holds", "containers hold")} {Number(held, "GPU", "GPUs")} (gpu-runtime allocations)")
            + (gone == 0 ? "" : $"; {Number(gone, "entry of a container that is", "entries of containers that are")} gone, which the next create that needs the room takes away"));
        var foreign = ledger.ForeignNames();
        if (!foreign.IsEmpty)
            yield return new Finding(Ledger, $"{configuration.StateDirectory}/allocations holds what is no entry: {NameList.Of(foreign)}", "Remove it; nobody holds anything by it");
    }

    private static Finding Watchdog(WatchdogState? state) => new("watchdog", state switch
    {
        null => "gpu-runtime-agent is not running, so that it holds no limits (systemctl enable --now gpu-runtime-agent)",
        { Vendors.IsEmpty: true } => "gpu-runtime-agent runs, and can measure the memory of no GPU here, as its log says",
        _ => $"gpu-runtime-agent runs, and measures the memory of GPUs of {string.Join(", ", Names(state.Vendors))}",
    });

    private static List<string> Names(ImmutableArray<GpuVendor> vendors)
    {
        var names = new List<string>();
        foreach (var vendor in vendors)
            names.Add(vendor.DisplayName());
        return names;
    }

    private static Finding Tiers(HeldUnit unit, LimitFacts facts)
    {
        var memory = LimitTiers.OfMemory(unit, facts);
        var compute = LimitTiers.OfCompute(unit, facts);
        return new Finding(
            $"limits {unit.Id}",
            $"memory: {(memory.IsEmpty ? $"refused (limits.minimumTier is {facts.Configuration.MinimumTier.Word()})" : string.Join(", ", memory))}; "
            + $"compute: {compute ?? $"refused (limits.minimumComputeTier is {facts.Configuration.MinimumComputeTier.Word()})"}");
    }

    private static string Number(int count, string one, string many) => $"{count} {(count == 1 ? one : many)}";
}

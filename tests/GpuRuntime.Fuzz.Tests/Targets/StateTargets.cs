using GpuRuntime.Core.Allocation;
using GpuRuntime.Core.Limits;
using GpuRuntime.Core.Monitoring.Health;
using GpuRuntime.Core.Oci;
using GpuRuntime.Fuzz.Tests.Contract;
using GpuRuntime.Fuzz.Tests.Inputs;
using GpuRuntime.Linux.Allocations;

namespace GpuRuntime.Fuzz.Tests.Targets;

/// <summary>What our own programs leave for one another, and what a runtime writes to a hook of ours.</summary>
internal static class StateTargets
{
    /// <summary>An entry of the ledger, and the name that it has in a unit's directory.</summary>
    public static void RunLedger(ReadOnlySpan<byte> input)
    {
        _ = HolderName.Parse(InputText.Of(input));
        if (AllocationJson.Parse(input.ToArray()) is not { } entry)
            return;
        var written = AllocationJson.Format(entry);
        Broken.Unless(AllocationJson.Parse(written) is { } again && AllocationJson.Format(again).AsSpan().SequenceEqual(written), "an entry is read as it was written");
        Broken.Unless(entry.Units.All(unit => !unit.Name.Contains('/', StringComparison.Ordinal)), "a unit's name is that of a file");
    }

    /// <summary>The agent's judgement of GPUs, and the word on its watchdog.</summary>
    public static void RunAgent(ReadOnlySpan<byte> input)
    {
        _ = WatchdogState.Parse(input);
        if (HealthState.Parse(input.ToArray()) is not { } health)
            return;
        var written = health.Format();
        Broken.Unless(HealthState.Parse(System.Text.Encoding.UTF8.GetBytes(written))?.Format() == written, "a judgement is read as it was written");
    }

    /// <summary>A container's state on a hook's standard input.</summary>
    public static void RunHook(ReadOnlySpan<byte> input)
    {
        var text = input.ToArray();
        var isStopped = ReaderContract.IsTaken(() => ContainerState.ParseStopped(text));
        var state = ContainerState.Parse(text);
        Broken.Unless(isStopped, "what has a process has a bundle too");
        Broken.Unless(state.Pid > 0 && state.Bundle.StartsWith('/'), "a state points to a process and a bundle");
        Broken.Unless(ContainerState.Parse(state.Format()) == state, "a state is read as it was written");
    }
}

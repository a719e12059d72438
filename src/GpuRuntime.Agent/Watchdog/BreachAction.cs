using System.Collections.Immutable;
using GpuRuntime.Core.Allocation;
using GpuRuntime.Core.Errors;
using GpuRuntime.Core.Limits;
using GpuRuntime.Linux.Cgroups;
using GpuRuntime.Linux.Interop;

namespace GpuRuntime.Agent.Watchdog;

/// <summary>Ends a container that does not keep to its limit, after making sure that it is still the one that was measured.</summary>
internal sealed class BreachAction(LedgerView ledger, WatchdogReport report)
{
    /// <param name="use">What given processes use, by the readings at hand.</param>
    /// <param name="above">For how long.</param>
    /// <returns>Whether it is being killed: not when its entry or its processes are others than those that were measured.</returns>
    public bool End(WatchedContainer container, AllocatedUnit unit, Func<ImmutableArray<int>, long> use, TimeSpan above, TimeSpan now)
    {
        var limit = unit.Memory!.EnforcedBytes;
        try
        {
            if (!IsUnchanged(container, unit))
                return false;
            // A process that has ended since, and whose number is another's now, is not in the cgroup.
            var processes = container.Processes();
            var used = use(processes);
            if (processes.IsEmpty || used <= limit)
                return false;
            var cgroup = container.HandOver(now);
            // The kernel of version 1 has no call for it, and a process in a driver may not end: nobody waits for that. The program does, when it stops.
            new Thread(() => Kill(container.Name, cgroup, unit, used, (long)above.TotalSeconds)).Start();
            return true;
        }
        catch (LinuxException exception)
        {
            report.Warn($"Container {container.Name} is above its limit of {MemoryText.Of(limit)} of {unit.Id} and cannot be killed: {exception.Message}.");
            return false;
        }
    }

    private bool IsUnchanged(WatchedContainer container, AllocatedUnit unit) => ledger.Fresh().Any(entry =>
        WatchedContainer.KeyOf(entry) == WatchedContainer.KeyOf(container.Entry) && entry.Units.Any(other => other == unit));

    private void Kill(string container, ContainerCgroup cgroup, AllocatedUnit unit, long used, long seconds)
    {
        var limit = unit.Memory!.EnforcedBytes;
        try
        {
            using (cgroup)
                cgroup.Kill();
            report.LimitExceeded(container, unit.Id, limit, used, seconds);
        }
        catch (Exception exception) when (exception is LinuxException or GpuRuntimeException)
        {
            report.Warn($"Container {container} is above its limit of {MemoryText.Of(limit)} of {unit.Id} and could not be killed: {exception.Message}");
        }
    }
}

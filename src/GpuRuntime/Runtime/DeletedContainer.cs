using GpuRuntime.Core.Configuration;
using GpuRuntime.Core.Errors;
using GpuRuntime.Linux.Allocations;
using GpuRuntime.Linux.Processes;
using GpuRuntime.Logging;

namespace GpuRuntime.Runtime;

/// <summary>
/// Lets the low-level runtime delete a container, then frees what it held. Of containers that hold nothing, which are most, nobody waits for the end.
/// </summary>
internal static class DeletedContainer
{
    /// <returns>The low-level runtime's exit status; <see langword="null"/> when the container holds nothing, and nothing was done.</returns>
    public static int? Run(OciCommandLine command, RuntimeConfiguration configuration, string runtime, IReadOnlyList<byte[]> arguments)
    {
        var ledger = new AllocationLedger(configuration.StateDirectory);
        var owner = AllocationOwner.OfRuntime(command.Id!, command.Root, runtime);
        if (!Holds(command, ledger, owner))
            return null;
        var status = LowLevelRuntime.RunAndWait(runtime, arguments);
        try
        {
            ledger.ReleaseDeleted(owner);
        }
        catch (GpuRuntimeException exception)
        {
            // The container is gone, and what stands in the ledger is seen through by whoever asks next: no reason to tell the engine that it is not.
            ErrorReport.Warn(command, exception);
        }

        return status;
    }

    private static bool Holds(OciCommandLine command, AllocationLedger ledger, AllocationOwner owner)
    {
        try
        {
            return ledger.Has(owner);
        }
        catch (GpuRuntimeException exception)
        {
            ErrorReport.Warn(command, exception);
            return false;
        }
    }
}

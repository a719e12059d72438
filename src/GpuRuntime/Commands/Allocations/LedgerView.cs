using System.Collections.Immutable;
using GpuRuntime.Core.Allocation;
using GpuRuntime.Core.Configuration;
using GpuRuntime.Core.Errors;
using GpuRuntime.Linux.Allocations;

namespace GpuRuntime.Commands.Allocations;

/// <summary>Who holds what at this moment, for people: containers that are gone are not among the entries, whether or not theirs could be taken away.</summary>
/// <param name="Notes">What else there is to say, as sentences.</param>
internal sealed record LedgerView(ImmutableArray<AllocationEntry> Entries, ImmutableArray<string> Notes)
{
    /// <exception cref="GpuRuntimeException"><see cref="ErrorCode.LedgerUnusable"/>, <see cref="ErrorCode.StateUnwritable"/>.</exception>
    public static LedgerView Take(RuntimeConfiguration configuration)
    {
        var ledger = Open(configuration);
        var notes = ImmutableArray.CreateBuilder<string>();
        var entries = Live(ledger, notes);
        foreach (var name in ledger.ForeignNames())
            notes.Add($"{configuration.StateDirectory}/allocations/{name} is no entry of the ledger, and nobody holds anything by it; remove it.");
        return new LedgerView(entries, notes.ToImmutable());
    }

    /// <summary>The ledger, for whoever may look into it.</summary>
    /// <inheritdoc cref="Take"/>
    public static AllocationLedger Open(RuntimeConfiguration configuration)
    {
        var ledger = new AllocationLedger(configuration.StateDirectory);
        try
        {
            _ = ledger.Read();
            return ledger;
        }
        catch (GpuRuntimeException exception) when (!Environment.IsPrivilegedProcess)
        {
            throw new GpuRuntimeException(exception.Code, $"The ledger in {configuration.StateDirectory} is root's, and says what root's containers hold; run this as root (sudo).", exception);
        }
    }

    // On a file system that is read-only, or while somebody keeps the lock, it is read as it stands.
    private static ImmutableArray<AllocationEntry> Live(AllocationLedger ledger, ImmutableArray<string>.Builder notes)
    {
        try
        {
            return ledger.Sweep();
        }
        catch (GpuRuntimeException exception) when (exception.Code == ErrorCode.LedgerUnusable)
        {
            var present = ledger.Read();
            ImmutableArray<AllocationEntry> live = [.. present.Where(AllocationLedger.IsLive)];
            var gone = present.Length - live.Length;
            notes.Add($"{exception.Message}{(gone == 0 ? "" : $" {(gone == 1 ? "One entry" : $"{gone} entries")} of containers that are gone {(gone == 1 ? "stays" : "stay")} in it until then.")}");
            return live;
        }
    }
}

using System.CommandLine;
using GpuRuntime.Core.Errors;
using GpuRuntime.Linux.Allocations;

namespace GpuRuntime.Commands.Allocations;

/// <summary><c>gpu-runtime allocations release ID</c>: frees what a container holds in the ledger.</summary>
internal static class AllocationsReleaseCommand
{
    public static Command Create()
    {
        var config = AdminCommands.ConfigOption();
        var id = new Argument<string>("ID") { Description = "The container's id or its beginning, as docker takes it" };
        var force = new Option<bool>("--force") { Description = "Also while the container runs, which goes on using the GPUs" };
        var command = new Command("release", "Free the GPUs that a container holds in the ledger.") { id, config, force };
        command.SetAction(result => Run(result.GetValue(config), result.GetRequiredValue(id), result.GetValue(force)));
        return command;
    }

    private static int Run(string? config, string id, bool force)
    {
        var ledger = LedgerView.Open(AdminContext.Load(config).Values);
        var entry = NamedEntry.In(ledger.Read(), id);
        var gpus = string.Join(", ", entry.Units.Select(unit => unit.Id));
        var isLive = AllocationLedger.IsLive(entry);
        if (isLive && !force)
            throw new GpuRuntimeException(ErrorCode.GpuHeld, $"The container {entry.Container} is there and has {gpus}; end it first, with its engine. With --force others are given its GPUs while it uses them.");
        // Whoever made a container of that name meanwhile keeps what it holds.
        if (!ledger.Release(AllocationOwner.Of(entry), present => present.Process == entry.Process))
            throw new GpuRuntimeException(ErrorCode.AllocationNotFound, $"What {entry.Container} holds has changed meanwhile; see gpu-runtime allocations, and ask again.");
        Console.Out.WriteLine(PrintableText.Of($"Released {gpus}, held by {entry.Container}.{(isLive ? " The container is still there and goes on using what it has." : "")}"));
        return 0;
    }
}

using System.Collections.Immutable;
using System.Globalization;
using GpuRuntime.Core.Allocation;
using GpuRuntime.Core.Configuration;
using GpuRuntime.Core.Limits;

namespace GpuRuntime.Commands.Allocations;

/// <summary>The ledger for people: a line for each GPU, partition or MIG device that a container holds.</summary>
internal static class AllocationsTable
{
    private const string Nothing = "-";

    public static void Print(ImmutableArray<AllocationEntry> entries)
    {
        if (entries.IsEmpty)
        {
            Console.Out.WriteLine("No container holds a GPU.");
            return;
        }

        ImmutableArray<string> containers = [.. entries.Select(entry => entry.Container)];
        TextTable.Print(
            ["CONTAINER", "GPU", "DEVICE", "MODE", "SINCE", "MEMORY", "HELD BY", "COMPUTE"],
            entries.SelectMany(entry => entry.Units.Select(unit => (string[])
            [
                ContainerName.Short(entry.Container, containers), unit.Id, unit.Uuid ?? unit.PciAddress.ToString(), AllocationJson.Word(entry.Mode),
                entry.Since.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture), Memory(unit), HeldBy(unit), Compute(unit),
            ])));
    }

    private static string Memory(AllocatedUnit unit) => unit.Memory is { } memory ? MemoryText.Of(memory.LimitBytes) : Nothing;

    // An instance of the hardware's may be larger than the limit, and is what the container gets.
    private static string HeldBy(AllocatedUnit unit) => unit.Memory switch
    {
        null => Nothing,
        { } memory when memory.EnforcedBytes == memory.LimitBytes => memory.Tier.Word(),
        var memory => $"{memory.Tier.Word()} ({MemoryText.Of(memory.EnforcedBytes)})",
    };

    private static string Compute(AllocatedUnit unit) => unit.Compute is { } compute
        ? $"{compute.Percent}% {compute.Tier.Word()}{(compute.EnforcedPercent is { } enforced && enforced != compute.Percent ? $" ({enforced}%)" : "")}"
        : Nothing;
}

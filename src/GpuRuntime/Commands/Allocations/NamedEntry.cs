using System.Collections.Immutable;
using GpuRuntime.Core.Allocation;
using GpuRuntime.Core.Errors;

namespace GpuRuntime.Commands.Allocations;

/// <summary>The entry that an admin means by a container's id, its beginning, or, where two engines use one id, the place that tells them apart.</summary>
internal static class NamedEntry
{
    private const int MostNamed = 10;

    /// <exception cref="GpuRuntimeException"><see cref="ErrorCode.AllocationNotFound"/>: none, or more than one.</exception>
    public static AllocationEntry In(ImmutableArray<AllocationEntry> entries, string id)
    {
        ImmutableArray<AllocationEntry> named = [.. entries.Where(entry => entry.Container == id || Place(entry) == id)];
        if (named.IsEmpty && id.Length > 0)
            named = [.. entries.Where(entry => entry.Container.StartsWith(id, StringComparison.Ordinal))];
        if (named is [var one])
            return one;
        var quoted = PrintableText.Quote(id);
        if (named.IsEmpty)
            throw NotFound($"No container called {quoted} holds a GPU; {(entries.IsEmpty ? "none does" : $"those that do: {List(entries, entry => entry.Container)}")}.");
        throw named.All(entry => entry.Container == named[0].Container)
            ? NotFound($"{named.Length} containers are called {PrintableText.Quote(named[0].Container)}; write {List(named, Place, " or ")} instead.")
            : NotFound($"{quoted} is the beginning of {named.Length} containers: {List(named, entry => entry.Container)}; write more of the one that is meant.");
    }

    // Engines choose ids by themselves: two may have the same, in roots of their own.
    private static string Place(AllocationEntry entry) => entry.RuntimeState ?? entry.Bundle;

    private static string List(ImmutableArray<AllocationEntry> entries, Func<AllocationEntry, string> name, string separator = ", ")
    {
        var names = string.Join(separator, entries.Take(MostNamed).Select(name));
        return entries.Length > MostNamed ? $"{names} and {entries.Length - MostNamed} more" : names;
    }

    private static GpuRuntimeException NotFound(string sentence) => new(ErrorCode.AllocationNotFound, sentence);
}

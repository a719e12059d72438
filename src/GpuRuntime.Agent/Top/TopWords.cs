using System.Collections.Immutable;

namespace GpuRuntime.Agent.Top;

/// <summary>The words of the command line for formats and orders.</summary>
internal static class TopWords
{
    public static ImmutableArray<string> Formats { get; } = ["table", "json", "csv", "csv-containers", "prom"];

    public static ImmutableArray<string> Orders { get; } = ["gpu", "util", "memory", "power", "container", "pid"];

    public static TopFormat? Format(string word) => Formats.IndexOf(word) is var index and >= 0 ? (TopFormat)index : null;

    public static TopOrder? Order(string word) => Orders.IndexOf(word) is var index and >= 0 ? (TopOrder)index : null;

    public static string Word(this TopOrder order) => Orders[(int)order];

    public static TopOrder Next(this TopOrder order) => (TopOrder)(((int)order + 1) % Orders.Length);
}

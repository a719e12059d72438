namespace GpuRuntime.Checks;

/// <summary>Names in a sentence; a host with many partitions has more than a line should hold.</summary>
internal static class NameList
{
    private const int MostNamed = 16;

    public static string Of(IEnumerable<string> names)
    {
        var all = names.ToList();
        return all.Count > MostNamed ? $"{string.Join(", ", all.Take(MostNamed))} and {all.Count - MostNamed} more" : string.Join(", ", all);
    }
}

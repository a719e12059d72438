using System.Collections.Immutable;
using GpuRuntime.Core.Monitoring.Sysfs;

namespace GpuRuntime.Core.Monitoring.Intel;

/// <summary>
/// The kinds of engines that an Intel GPU has, from <c>tileT/gtG/engines/CLASS</c> (xe) and <c>drm/cardN/engine/CLASS0</c> (i915). What they do is
/// told by process alone.
/// </summary>
public static class IntelEngines
{
    /// <returns>In our words (<see cref="DrmEngine.Word"/>), each once, in ordinal order; empty where no file names them.</returns>
    public static ImmutableArray<string> Of(ISensorFiles files, string? driver)
    {
        var words = new SortedSet<string>(StringComparer.Ordinal);
        if (driver == "xe")
        {
            foreach (var gt in IntelGt.OfXe(files))
                Add(files.List($"{gt.Directory}/engines"), words);
        }
        else if (IntelGt.Card(files) is { } card)
        {
            Add(files.List($"{card}/engine").Select(name => name.TrimEnd('0', '1', '2', '3', '4', '5', '6', '7', '8', '9')), words);
        }

        return [.. words];
    }

    private static void Add(IEnumerable<string> classes, SortedSet<string> words)
    {
        foreach (var name in classes)
        {
            if (DrmEngine.Word(name) is { } word)
                words.Add(word);
        }
    }
}

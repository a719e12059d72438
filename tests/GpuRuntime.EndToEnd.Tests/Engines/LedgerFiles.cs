using System.Text.Json;
using System.Text.Json.Nodes;

namespace GpuRuntime.EndToEnd.Tests;

/// <summary>The ledger as its files tell it: read here by other code than writes it.</summary>
internal sealed class LedgerFiles(string stateDirectory)
{
    private const int KeyLength = 16;

    private string Entries => Path.Combine(stateDirectory, "allocations");

    /// <summary>The entries' documents.</summary>
    /// <exception cref="JsonException">One is no JSON: a reader saw it half written.</exception>
    public IReadOnlyList<JsonNode> Read()
    {
        var entries = new List<JsonNode>();
        foreach (var path in Directory.Exists(Entries) ? Directory.GetFiles(Entries, "*.json") : [])
        {
            try
            {
                entries.Add(JsonNode.Parse(File.ReadAllText(path))!);
            }
            catch (FileNotFoundException)
            {
                // Released between the listing and now.
            }
        }

        return entries;
    }

    /// <summary>Ids of the GPUs that a container's entry names; empty without an entry.</summary>
    public string[] HeldBy(string container) =>
        [.. Read().Where(entry => (string?)entry["container"] == container).SelectMany(static entry => entry["gpus"]!.AsArray()).Select(static gpu => (string)gpu!["id"]!).Order(StringComparer.Ordinal)];

    /// <summary>What a sweep may take away: entries, names in the units' directories, unfinished files.</summary>
    public string[] Left() => !Directory.Exists(Entries)
        ? []
        : [.. Directory.GetFiles(Entries, "*", SearchOption.AllDirectories).Where(static path => Path.GetFileName(path) != ".lock").Select(path => Path.GetRelativePath(Entries, path))];

    /// <summary>Who holds which unit, by the names in the units' directories: <c>UNIT KEY MODE</c>.</summary>
    public IEnumerable<(string Unit, string Key, char Mode)> Holders()
    {
        var units = Path.Combine(Entries, "holders");
        foreach (var unit in Directory.Exists(units) ? Directory.GetDirectories(units) : [])
        {
            foreach (var name in Directory.GetFiles(unit).Select(Path.GetFileName))
                yield return (Path.GetFileName(unit), name![..KeyLength], name[KeyLength + 1]);
        }
    }
}

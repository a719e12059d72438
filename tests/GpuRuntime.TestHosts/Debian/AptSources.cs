using System.Text;

namespace GpuRuntime.TestHosts;

/// <summary>The machine's own Debian mirrors, whatever they are, with other components asked of them.</summary>
internal static class AptSources
{
    private const string Configured = "/etc/apt";

    /// <summary>VERSION_CODENAME of the machine.</summary>
    public static string Codename()
    {
        const string key = "VERSION_CODENAME=";
        var line = File.Exists("/etc/os-release") ? File.ReadLines("/etc/os-release").FirstOrDefault(l => l.StartsWith(key, StringComparison.Ordinal)) : null;
        return line?[key.Length..].Trim('"') ?? throw new TestResourceUnavailableException("/etc/os-release names no Debian suite");
    }

    /// <summary>The address of an archive that has the machine's suite.</summary>
    public static string Mirror()
    {
        var codename = Codename();
        var stanza = Files("*.sources").SelectMany(Stanzas).FirstOrDefault(stanza => Words(Field(stanza, "Suites")).Contains(codename));
        var line = Files("*.list").Append(Path.Combine(Configured, "sources.list")).Where(File.Exists)
            .SelectMany(File.ReadLines).Select(line => OneLine(line, suites => Words(suites).Contains(codename), "main", codename)).FirstOrDefault(line => line is not null);
        return (stanza is null ? null : Words(Field(stanza, "URIs")).FirstOrDefault())
            ?? line?[(line.IndexOf(']', StringComparison.Ordinal) + 1)..].Split(' ').FirstOrDefault(word => word.Contains(':', StringComparison.Ordinal))
            ?? throw new TestResourceUnavailableException($"{Configured} names no mirror of the suite {codename}");
    }

    /// <summary>Writes both source formats into a directory that serves as sourceparts.</summary>
    /// <param name="suite">Another suite of the same archive than the machine's.</param>
    public static void Write(string directory, string components, string? suite = null)
    {
        var codename = Codename();
        // An archive has the other suites where it has the suite itself, not where it has its updates for security alone.
        Func<string, bool> serves = suite is null ? suites => Serves(suites, codename) : suites => Words(suites).Contains(codename);
        var stanzas = Files("*.sources").SelectMany(Stanzas).Where(stanza => serves(Field(stanza, "Suites"))).ToList();
        var lines = Files("*.list").Append(Path.Combine(Configured, "sources.list")).Where(File.Exists)
            .SelectMany(File.ReadLines).Select(line => OneLine(line, serves, components, suite)).OfType<string>().ToList();
        if (stanzas.Count + lines.Count == 0)
            throw new TestResourceUnavailableException($"{Configured} names no mirror of the suite {codename}");
        File.WriteAllText(Path.Combine(directory, "private.sources"), string.Join("\n", stanzas.Select(stanza => Asking(stanza, components, suite))));
        File.WriteAllLines(Path.Combine(directory, "private.list"), lines);
    }

    private static string[] Files(string pattern)
    {
        var parts = Path.Combine(Configured, "sources.list.d");
        return Directory.Exists(parts) ? Directory.GetFiles(parts, pattern) : [];
    }

    // deb822: stanzas separated by empty lines; https://manpages.debian.org/sources.list
    private static IEnumerable<string[]> Stanzas(string file) =>
        File.ReadAllText(file).Split("\n\n", StringSplitOptions.RemoveEmptyEntries)
            .Select(stanza => stanza.Split('\n').Where(line => line.Length > 0 && line[0] != '#').ToArray())
            .Where(lines => Field(lines, "Types").Contains("deb", StringComparison.Ordinal));

    private static string Field(string[] stanza, string name) =>
        stanza.FirstOrDefault(line => line.StartsWith(name + ":", StringComparison.OrdinalIgnoreCase))?[(name.Length + 1)..] ?? "";

    private static string Asking(string[] stanza, string components, string? suite)
    {
        var text = new StringBuilder();
        foreach (var line in stanza)
        {
            text.Append(
                line.StartsWith("Components:", StringComparison.OrdinalIgnoreCase) ? "Components: " + components
                : suite is not null && line.StartsWith("Suites:", StringComparison.OrdinalIgnoreCase) ? "Suites: " + suite
                : line).Append('\n');
        }
        return text.ToString();
    }

    // deb [options] uri suite components...
    private static string? OneLine(string line, Func<string, bool> serves, string components, string? suite)
    {
        var end = line.IndexOf(']', StringComparison.Ordinal);
        var words = Words(line[(end + 1)..]);
        if (end < 0)
            words = words.Length > 0 && words[0] == "deb" ? words[1..] : [];
        else if (!line.StartsWith("deb ", StringComparison.Ordinal))
            words = [];
        if (words.Length < 3 || !serves(words[1]))
            return null;
        var options = end < 0 ? "" : line[4..(end + 1)] + " ";
        return $"deb {options}{words[0]} {suite ?? words[1]} {components}";
    }

    // Third parties' archives call their suite otherwise.
    private static bool Serves(string suites, string codename) =>
        Words(suites).Any(suite => suite == codename || suite.StartsWith(codename + "-", StringComparison.Ordinal));

    private static string[] Words(string text) => text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
}

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

    /// <summary>Writes both source formats into a directory that serves as sourceparts.</summary>
    /// <param name="suite">Another suite of the same mirrors; <see langword="null"/>: the machine's own, with its updates.</param>
    public static void Write(string directory, string components, string? suite)
    {
        var codename = Codename();
        var stanzas = Files("*.sources").SelectMany(Stanzas).Where(stanza => Serves(Field(stanza, "Suites"), codename, suite)).ToList();
        var lines = Files("*.list").Append(Path.Combine(Configured, "sources.list")).Where(File.Exists)
            .SelectMany(File.ReadLines).Select(line => OneLine(line, codename, components, suite)).OfType<string>().ToList();
        if (stanzas.Count + lines.Count == 0)
            throw new TestResourceUnavailableException($"{Configured} names no mirror of the suite {codename}");
        File.WriteAllText(Path.Combine(directory, "private.sources"), string.Join("\n", stanzas.Select(stanza => With(stanza, components, suite))));
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

    private static string With(string[] stanza, string components, string? suite)
    {
        var text = new StringBuilder();
        foreach (var line in stanza)
        {
            var isSuites = suite is not null && line.StartsWith("Suites:", StringComparison.OrdinalIgnoreCase);
            text.Append(isSuites ? "Suites: " + suite : line.StartsWith("Components:", StringComparison.OrdinalIgnoreCase) ? "Components: " + components : line).Append('\n');
        }

        return text.ToString();
    }

    // deb [options] uri suite components...
    private static string? OneLine(string line, string codename, string components, string? suite)
    {
        var end = line.IndexOf(']', StringComparison.Ordinal);
        var words = line[(end + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (end < 0)
            words = words.Length > 0 && words[0] == "deb" ? words[1..] : [];
        else if (!line.StartsWith("deb ", StringComparison.Ordinal))
            words = [];
        if (words.Length < 3 || !Serves(words[1], codename, suite))
            return null;
        var options = end < 0 ? "" : line[4..(end + 1)] + " ";
        return $"deb {options}{words[0]} {suite ?? words[1]} {components}";
    }

    // Third parties' archives call their suite otherwise. The updates of one suite are on a mirror that has not every other suite.
    private static bool Serves(string suites, string codename, string? wanted) => suites.Split(' ', StringSplitOptions.RemoveEmptyEntries)
        .Any(suite => suite == codename || (wanted is null && suite.StartsWith(codename + "-", StringComparison.Ordinal)));
}

using System.Collections.Immutable;

namespace GpuRuntime.EndToEnd.Tests.Rows;

/// <summary>One thing that gpu-runtime check printed.</summary>
/// <param name="Cure">What stands behind the arrow of a problem; null where all is well.</param>
internal sealed record CheckFinding(string Topic, string What, string? Cure)
{
    private const int TopicStart = 9;
    private const int WhatStart = 31;

    /// <summary>Takes the output apart, and asserts its form: each problem has a cure in the line behind it, and the last line counts them.</summary>
    public static ImmutableArray<CheckFinding> In(CommandResult result)
    {
        var lines = result.Output.TrimEnd('\n').Split('\n');
        var findings = ImmutableArray.CreateBuilder<CheckFinding>();
        for (var index = 0; index < lines.Length - 1; index++)
        {
            var line = lines[index];
            Assert.That(line, Does.StartWith("ok       ").Or.StartWith("PROBLEM  "), result.ToString());
            var cure = line.StartsWith("PROBLEM", StringComparison.Ordinal) ? lines[++index] : null;
            Assert.That(cure, Is.Null.Or.Match("^ +-> [^ ]"), result.ToString());
            findings.Add(new CheckFinding(line[TopicStart..WhatStart].TrimEnd(), line[WhatStart..], cure?.TrimStart()["-> ".Length..]));
        }

        var problems = findings.Count(static finding => finding.Cure is not null);
        Assert.That(lines[^1], Is.EqualTo(problems switch { 0 => "All well.", 1 => "1 problem.", _ => $"{problems} problems." }));
        Assert.That(result.ExitCode, Is.EqualTo(problems == 0 ? 0 : 1), result.ToString());
        return findings.ToImmutable();
    }

    public override string ToString() => Cure is null ? $"{Topic}: {What}" : $"{Topic}: {What} -> {Cure}";
}

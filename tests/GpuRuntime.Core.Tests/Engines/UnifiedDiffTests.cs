using System.Text;
using FsCheck.Fluent;
using GpuRuntime.Core.Engines;

namespace GpuRuntime.Core.Tests.Engines;

/// <summary>What --dry-run prints.</summary>
public sealed class UnifiedDiffTests
{
    [Test]
    public void A_change_has_three_lines_around_it_and_those_far_apart_are_hunks_of_their_own() => Assert.That(Diff("a\nb\nc\nd\ne\nf\ng\nh\ni\nj\n", "a\nB\nc\nd\ne\nf\ng\nh\ni\nj\nk\n"), Is.EqualTo("""
        --- /etc/x
        +++ /etc/x
        @@ -1,5 +1,5 @@
         a
        -b
        +B
         c
         d
         e
        @@ -8,3 +8,4 @@
         h
         i
         j
        +k

        """));

    [Test]
    public void A_new_file_comes_from_nowhere_and_a_deleted_one_goes_there()
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Diff(null, "a\nb\n"), Is.EqualTo("--- /dev/null\n+++ /etc/x\n@@ -0,0 +1,2 @@\n+a\n+b\n"));
            Assert.That(Diff("a\n", null), Is.EqualTo("--- /etc/x\n+++ /dev/null\n@@ -1 +0,0 @@\n-a\n"));
        }
    }

    [Test]
    public void A_last_line_that_does_not_end_is_marked() =>
        Assert.That(Diff("a\nb", "a\nb\n"), Is.EqualTo("--- /etc/x\n+++ /etc/x\n@@ -1,2 +1,2 @@\n a\n-b\n\\ No newline at end of file\n+b\n"));

    [Test]
    public void Nothing_differs_nothing_is_printed() => Assert.That(Diff("a\n", "a\n"), Is.Empty);

    [Test]
    public void Patched_by_its_difference_a_text_is_the_other()
    {
        var texts = Gen.Elements("a\n", "b\n", "c\n", "\n", "d\r\n").ListOf().Select(lines => string.Concat(lines));
        FsCheck.Check.One(FsCheck.Config.QuickThrowOnFailure, Prop.ForAll(Arb.From(texts), Arb.From(texts), (before, after) => Patched(before, Diff(before, after)) == after));
    }

    [Test]
    public void A_large_file_with_a_few_changes_is_compared_without_ado()
    {
        var before = string.Concat(Enumerable.Range(0, 30_000).Select(number => $"line {number}\n"));

        Assert.That(Diff(before, "first\n" + before + "last\n").Split('\n'), Has.Length.EqualTo(13));
    }

    private static string Diff(string? before, string? after) => UnifiedDiff.Of(new FileChange("/etc/x", Bytes(before), Bytes(after)));

    private static byte[]? Bytes(string? text) => text is null ? null : Encoding.UTF8.GetBytes(text);

    // As patch(1): every line of a hunk that is context or removed must stand where the hunk says.
    private static string Patched(string before, string diff)
    {
        var source = before.Split('\n');
        var result = new StringBuilder();
        var at = 0;
        foreach (var line in diff.Split('\n').Skip(2).SkipLast(1))
        {
            if (line.StartsWith("@@", StringComparison.Ordinal))
            {
                var range = line.Split(' ')[1][1..].Split(',');
                var start = int.Parse(range[0], System.Globalization.CultureInfo.InvariantCulture);
                for (var first = range is [_, "0"] ? start : start - 1; at < first - (range is [_, "0"] ? 1 : 0); at++)
                    result.Append(source[at]).Append('\n');
                continue;
            }

            if (line[0] != '+')
                Assert.That(source[at++], Is.EqualTo(line[1..]));
            if (line[0] != '-')
                result.Append(line[1..]).Append('\n');
        }

        return result.Append(string.Join('\n', source[at..])).ToString();
    }
}

using System.Text;
using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using GpuRuntime.Core.Oci;

namespace GpuRuntime.Core.Tests.Oci;

/// <summary>Whatever a document looks like, an edit adds what it says, and the rest means what it meant.</summary>
public sealed class JsonPatchProperties
{
    private static readonly string[][] Paths = [["mounts"], ["linux", "devices"], ["linux", "resources", "devices"], ["process", "user", "additionalGids"], ["process", "env"]];

    // Each member on the way is absent, null, empty or filled, among members that nobody knows. JsonNode, the judge, cannot compare half surrogate pairs.
    private static Gen<string> Documents =>
        from mounts in Member("mounts", Array)
        from linux in Member("linux", Object(Member("devices", Array), Member("resources", Object(Member("devices", Array)))))
        from process in Member("process", Object(Member("user", Object(Member("additionalGids", Array))), Member("env", Array)))
        from unknown in JsonDocuments.Value
        from space in JsonDocuments.Space
        from order in Gen.Shuffle((string[])[mounts, linux, process, $"\"unknown\":{unknown}"])
        select $"{space}{{{space}{string.Join(',', order.Where(member => member.Length > 0))}{space}}}{space}".Replace("\\ud800", "\\u0800", StringComparison.Ordinal);

    private static Gen<string> Array =>
        Gen.OneOf(Gen.Constant("null"), Gen.Elements("[]", "[ ]", "[\n]"), JsonDocuments.Value.NonEmptyListOf().Select(items => $"[{string.Join(',', items.Take(3))}]"));

    private static Gen<Edits> AnyEdits =>
        from paths in Gen.SubListOf(Paths)
        from items in Gen.Elements("1", "\"x\"", "{\"a\":[]}", "[null]").NonEmptyListOf()
        select new Edits([.. paths], [.. items.Take(3)]);

    [Test]
    public void A_patched_document_is_the_old_one_with_the_items_added()
    {
        var cases = from document in Documents
                    from edits in AnyEdits
                    select (Document: document, Edits: edits);

        Prop.ForAll(cases.ToArbitrary(), pair =>
        {
            var patched = Patched(pair.Document, pair.Edits);
            var expected = JsonNode.Parse(pair.Document)!;
            foreach (var path in pair.Edits.Paths)
                AddTo(expected, path, pair.Edits.Items);
            return JsonNode.DeepEquals(JsonNode.Parse(patched), expected);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(1500));
    }

    [Test]
    public void What_was_there_is_there_still_byte_for_byte_in_its_order()
    {
        var cases = from document in Documents
                    from edits in AnyEdits
                    select (Document: document, Edits: edits);

        Prop.ForAll(cases.ToArbitrary(), pair =>
        {
            // Only null has to give way to what takes its place.
            var kept = pair.Document.Replace("null", "", StringComparison.Ordinal);
            return IsWithin(kept, Patched(pair.Document, pair.Edits));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(1500));
    }

    private static bool IsWithin(string subsequence, string text)
    {
        var found = 0;
        foreach (var character in text)
        {
            if (found < subsequence.Length && character == subsequence[found])
                found++;
        }

        return found == subsequence.Length;
    }

    private static string Patched(string document, Edits edits)
    {
        var tree = JsonTree.Parse(Encoding.UTF8.GetBytes(document), "config.json");
        return Encoding.UTF8.GetString(JsonPatch.Apply(tree, "config.json", edits.Paths.Select(path =>
        {
            var edit = new ArrayEdit(path);
            edit.Appended.AddRange(edits.Items.Select(Encoding.UTF8.GetBytes));
            return edit;
        })));
    }

    private static void AddTo(JsonNode document, string[] path, string[] items)
    {
        var parent = document.AsObject();
        foreach (var name in path[..^1])
            parent = (parent[name] ??= new JsonObject()).AsObject();
        var array = (parent[path[^1]] ??= new JsonArray()).AsArray();
        foreach (var item in items)
            array.Add(JsonNode.Parse(item));
    }

    private static Gen<string> Member(string name, Gen<string> value) => Gen.Frequency((1, Gen.Constant("")), (3, value.Select(text => $"\"{name}\": {text}")));

    private static Gen<string> Object(params Gen<string>[] members)
    {
        var filled = members.Aggregate(
            Gen.Constant(new List<string>()),
            (list, member) => from some in list from one in member select some.Append(one).Where(text => text.Length > 0).ToList());
        return Gen.OneOf(Gen.Constant("null"), Gen.Elements("{}", "{ }"), filled.Select(list => $"{{ {string.Join(" , ", list)} }}"));
    }

    private sealed record Edits(string[][] Paths, string[] Items);
}

using System.Text;
using GpuRuntime.Core.Errors;
using GpuRuntime.Core.Oci;

namespace GpuRuntime.Core.Tests.Oci;

/// <summary>Arrays of a document are edited; every other byte stays.</summary>
public sealed class JsonPatchTests
{
    [TestCase("{}", "{\"mounts\":[9]}")]
    [TestCase("{ }", "{\"mounts\":[9] }")]
    [TestCase("{\n}", "{\"mounts\":[9]\n}")]
    [TestCase("{\"a\":1}", "{\"a\":1,\"mounts\":[9]}")]
    [TestCase("{\n  \"a\": 1\n}\n", "{\n  \"a\": 1,\"mounts\":[9]\n}\n")]
    [TestCase("{\"mounts\":[]}", "{\"mounts\":[9]}")]
    [TestCase("{\"mounts\":[ ]}", "{\"mounts\":[9 ]}")]
    [TestCase("{\"mounts\":null}", "{\"mounts\":[9]}")]
    [TestCase("{\"mounts\":[1, 2 ] , \"a\":1}", "{\"mounts\":[1, 2,9 ] , \"a\":1}")]
    [TestCase("{\"\\u006dounts\":[1]}", "{\"\\u006dounts\":[1,9]}")]
    public void An_item_goes_behind_the_last_one(string document, string expected) => Assert.That(Patched(document, Append("9", "mounts")), Is.EqualTo(expected));

    [TestCase("{}", "{\"linux\":{\"resources\":{\"devices\":[9]}}}")]
    [TestCase("{\"linux\":{}}", "{\"linux\":{\"resources\":{\"devices\":[9]}}}")]
    [TestCase("{\"linux\":null,\"a\":1}", "{\"linux\":{\"resources\":{\"devices\":[9]}},\"a\":1}")]
    [TestCase("{\"linux\":{\"resources\":null}}", "{\"linux\":{\"resources\":{\"devices\":[9]}}}")]
    [TestCase("{\"linux\":{\"resources\":{\"devices\":null}}}", "{\"linux\":{\"resources\":{\"devices\":[9]}}}")]
    [TestCase("{\"linux\":{\"resources\":{\"memory\":{}},\"x\":1}}", "{\"linux\":{\"resources\":{\"memory\":{},\"devices\":[9]},\"x\":1}}")]
    public void Parents_that_are_missing_or_null_are_made(string document, string expected) =>
        Assert.That(Patched(document, Append("9", "linux", "resources", "devices")), Is.EqualTo(expected));

    [Test]
    public void Several_edits_share_the_parents_that_they_make()
    {
        ArrayEdit[] edits = [Append("1", "linux", "devices"), Append("2", "linux", "resources", "devices"), Append("3", "mounts"), Append("4", "process", "user", "additionalGids")];

        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                Patched("{}", edits),
                Is.EqualTo("{\"linux\":{\"devices\":[1],\"resources\":{\"devices\":[2]}},\"mounts\":[3],\"process\":{\"user\":{\"additionalGids\":[4]}}}"));
            Assert.That(
                Patched("{\"linux\":{\"resources\":{}},\"process\":{\"user\":{\"uid\":0}}}", edits),
                Is.EqualTo("{\"linux\":{\"resources\":{\"devices\":[2]},\"devices\":[1]},\"process\":{\"user\":{\"uid\":0,\"additionalGids\":[4]}},\"mounts\":[3]}"));
        }
    }

    [TestCase("[1,2,3]", new[] { 0 }, "[2,3]")]
    [TestCase("[1,2,3]", new[] { 2 }, "[1,2]")]
    [TestCase("[1,2,3]", new[] { 0, 1, 2 }, "[]")]
    [TestCase("[ {\"a\": 1} , [2, 3] ]", new[] { 0 }, "[[2, 3]]")]
    public void Items_are_taken_out_and_the_others_keep_their_bytes(string array, int[] removed, string expected)
    {
        var edit = new ArrayEdit("env");
        edit.Removed.UnionWith(removed);

        Assert.That(Patched($"{{\"x\": 1,\"env\": {array} ,\"y\":2}}", edit), Is.EqualTo($"{{\"x\": 1,\"env\": {expected} ,\"y\":2}}"));
    }

    [Test]
    public void Items_are_taken_out_and_put_in_at_once()
    {
        var edit = Append("9", "env");
        edit.Removed.Add(0);

        Assert.That(Patched("{\"env\":[1,2]}", edit), Is.EqualTo("{\"env\":[2,9]}"));
    }

    [TestCase("{ \"a\" : [ 1,2 ] }\r\n")]
    [TestCase("[]")]
    [TestCase("5")]
    public void Edits_that_change_nothing_leave_every_byte(string document) =>
        Assert.That(Patched(document, new ArrayEdit("mounts"), new ArrayEdit("linux", "devices")), Is.EqualTo(document));

    [TestCase("{\"linux\":[]}", "linux", "an object")]
    [TestCase("{\"linux\":\"x\"}", "linux", "an object")]
    [TestCase("{\"linux\":{\"resources\":7}}", "linux.resources", "an object")]
    [TestCase("{\"linux\":{\"resources\":{\"devices\":{}}}}", "linux.resources.devices", "an array")]
    [TestCase("{\"linux\":{\"resources\":{\"devices\":true}}}", "linux.resources.devices", "an array")]
    [TestCase("[]", "the document", "an object")]
    [TestCase("null", "the document", "an object")]
    public void A_member_of_another_kind_is_refused_by_its_name(string document, string member, string kind)
    {
        var sentence = Refusal.Of(ErrorCode.SpecUnexpectedShape, () => Patched(document, Append("9", "linux", "resources", "devices")));

        Assert.That(sentence, Does.Contain("config.json").And.Contain(member).And.Contain(kind));
    }

    private static ArrayEdit Append(string item, params string[] path)
    {
        var edit = new ArrayEdit(path);
        edit.Appended.Add(Encoding.UTF8.GetBytes(item));
        return edit;
    }

    private static string Patched(string document, params ArrayEdit[] edits) =>
        Encoding.UTF8.GetString(JsonPatch.Apply(JsonTree.Parse(Encoding.UTF8.GetBytes(document), "config.json"), "config.json", edits));
}

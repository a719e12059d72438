using System.Text;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using GpuRuntime.Core.Oci;

namespace GpuRuntime.Core.Tests.Oci;

public sealed class JsonTreeTests
{
    [TestCase("{\"a\":{\"b\":[1,2]}}", "{\"b\":[1,2]}")]
    [TestCase(" { \"b\" : 1 , \"a\" : [ 1 , 2 ] } ", "[ 1 , 2 ]")]
    [TestCase("{\"a\":\"te\\u0078t\"}", "\"te\\u0078t\"")]
    [TestCase("{\"\\u0061\":-1.50e+10}", "-1.50e+10")]
    [TestCase("{\"a\":{ }}", "{ }")]
    [TestCase("{\"x\":[],\"a\":[\n]}", "[\n]")]
    [TestCase("{\"x\":{\"a\":1},\"a\":null}", "null")]
    public void A_member_is_found_and_keeps_its_bytes(string document, string expected) =>
        Assert.That(Encoding.UTF8.GetString(Parse(document).Root["a"]!.Raw), Is.EqualTo(expected));

    [TestCase("{\"b\":1}")]
    [TestCase("{}")]
    [TestCase("[1]")]
    [TestCase("\"a\"")]
    [TestCase("{\"A\":1}")]
    [TestCase("{\"aa\":1,\"\":2}")]
    public void A_member_that_is_not_there_is_absent(string document) => Assert.That(Parse(document).Root["a"], Is.Null);

    [TestCase("""{"größe":1}""")]
    [TestCase("""{"gr\u00f6\u00dfe":1}""")]
    public void A_member_whose_name_is_not_ASCII_is_found_by_it(string document)
    {
        Assert.That(Parse(document).Root["größe"]?.AsInteger(), Is.EqualTo(1));
        Assert.That(Parse(document).Root["größer"], Is.Null);
    }

    [Test]
    public void Children_come_in_order_with_their_keys()
    {
        var root = Parse("{\"a\":1,\"b\":{\"x\":[1,{\"y\":2}]},\"\\u0063\":[],\"d\":{}}").Root;

        using (Assert.EnterMultipleScope())
        {
            Assert.That(root.Children().Select(child => child.Key), Is.EqualTo((string[])["a", "b", "c", "d"]));
            Assert.That(root["b"]!["x"]!.Children().Count(), Is.EqualTo(2));
            Assert.That(root["c"]!.Children(), Is.Empty);
            Assert.That(root["d"]!.Children(), Is.Empty);
            Assert.That(root["a"]!.Children(), Is.Empty);
        }
    }

    [TestCase("\"\"", "")]
    [TestCase("\"a\\n\\t\\\"\\\\\\/\\u0041\"", "a\n\t\"\\/A")]
    [TestCase("\"\\ud83d\\ude00\"", "\ud83d\ude00")]
    [TestCase("\"Grüße\"", "Grüße")]
    [TestCase("\"a\\u0000b\"", "a\0b")]
    [TestCase("\"\\ud800\"", null)]
    [TestCase("\"\\udc00\\ud800\"", null)]
    [TestCase("1", null)]
    [TestCase("null", null)]
    [TestCase("[\"a\"]", null)]
    public void A_string_has_its_text(string document, string? expected) => Assert.That(Parse(document).Root.AsText(), Is.EqualTo(expected));

    [TestCase("0", 0L)]
    [TestCase("-0", 0L)]
    [TestCase("195", 195L)]
    [TestCase("-1", -1L)]
    [TestCase("9223372036854775807", long.MaxValue)]
    [TestCase("-9223372036854775808", long.MinValue)]
    [TestCase("9223372036854775808", null)]
    [TestCase("1.0", null)]
    [TestCase("1e3", null)]
    [TestCase("\"1\"", null)]
    [TestCase("true", null)]
    public void A_whole_number_is_one_only_as_it_is_written(string document, long? expected) => Assert.That(Parse(document).Root.AsInteger(), Is.EqualTo(expected));

    [Test]
    public void Kinds_are_told_apart()
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Parse("{}").Root is { IsObject: true, IsArray: false, IsNull: false, IsTrue: false });
            Assert.That(Parse("[]").Root is { IsObject: false, IsArray: true });
            Assert.That(Parse("null").Root.IsNull);
            Assert.That(Parse("true").Root.IsTrue);
            Assert.That(Parse("false").Root is { IsTrue: false, IsNull: false });
        }
    }

    [Test]
    public void Every_document_is_read_as_the_standard_library_reads_it() =>
        Prop.ForAll(JsonDocuments.Value.ToArbitrary(), document =>
        {
            using var standard = JsonDocument.Parse(document);
            return Same(Parse(document).Root, standard.RootElement);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(1500));

    private static bool Same(JsonValue value, JsonElement element)
    {
        if (Encoding.UTF8.GetString(value.Raw) != element.GetRawText())
            return false;
        if (element.ValueKind == JsonValueKind.Array)
            return value.IsArray && value.Children().Zip(element.EnumerateArray(), Same).All(same => same) && value.Children().Count() == element.GetArrayLength();
        if (element.ValueKind != JsonValueKind.Object)
            return !value.IsArray && !value.IsObject && !value.Children().Any();
        var members = element.EnumerateObject().ToList();
        return value.IsObject && value.Children().Select(child => child.Key).SequenceEqual(members.Select(member => member.Name))
            && members.Zip(value.Children(), (member, child) => Same(child, member.Value)).All(same => same)
            && members.Where(member => Ascii.IsValid(member.Name)).All(member => Same(value[member.Name]!, member.Value));
    }

    private static JsonTree Parse(string document) => JsonTree.Parse(Encoding.UTF8.GetBytes(document), "config.json");
}

using System.Text;
using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using GpuRuntime.Core.Cdi.Text;
using GpuRuntime.Core.Errors;
using GpuRuntime.TestHosts;

namespace GpuRuntime.Core.Tests.Cdi;

/// <summary>CDI's schema takes what we write, and we take nothing that it does not.</summary>
public sealed class CdiSchemaTests
{
    private CdiSchema _schema = null!;

    [OneTimeSetUp]
    public void LoadTheSchema()
    {
        try
        {
            _schema = CdiSchema.Load();
        }
        catch (TestResourceUnavailableException unavailable)
        {
            Assert.Ignore(unavailable.Message);
        }
    }

    [Test]
    public void A_specification_with_every_field_is_valid() => Assert.That(_schema.Problems(CdiWriter.Write(FullSpec.Spec, CdiFormat.Json)), Is.Empty);

    [Test]
    public void Every_specification_that_is_written_is_valid() =>
        Prop.ForAll(SpecGenerator.Specs.ToArbitrary(), spec => Assert.That(_schema.Problems(CdiWriter.Write(spec, CdiFormat.Json)), Is.Empty)).Check(Config.QuickThrowOnFailure.WithMaxTest(100));

    /// <summary>One value of a valid file becomes another: whatever the schema then refuses, so do we.</summary>
    [Test]
    public void What_the_schema_refuses_is_refused_here_too()
    {
        var document = CdiWriter.Write(FullSpec.Spec, CdiFormat.Json);
        var places = Places(JsonNode.Parse(document)!, []).ToList();
        string[] values = ["null", "-1", "1.5", "99999999999999999999", "true", "\"x\"", "[]", "{}", "[null]"];
        var refused = 0;
        foreach (var place in places)
        {
            foreach (var value in values.Append(null))
            {
                var changed = Encoding.UTF8.GetBytes(With(document, place, value));
                // Engines take a null member for an absent one; the schema sees what they made of it.
                if ((value == "null" && place[^1] is string) || _schema.Problems(changed).Length == 0)
                    continue;
                refused++;
                Assert.That(() => CdiReader.Read(changed, "a.json"), Throws.InstanceOf<GpuRuntimeException>(), $"{string.Join('.', place)} = {value}");
            }
        }

        Assert.That(refused, Is.GreaterThan(200), "the schema refuses less than it did");
    }

    private static IEnumerable<object[]> Places(JsonNode node, object[] place)
    {
        if (place.Length > 0)
            yield return place;
        var children = node switch
        {
            JsonObject map => map.Select(member => ((object)member.Key, member.Value)),
            JsonArray list => list.Select((item, index) => ((object)index, item)),
            _ => [],
        };
        foreach (var (step, child) in children)
        {
            foreach (var inner in Places(child!, [.. place, step]))
                yield return inner;
        }
    }

    /// <param name="value"><see langword="null"/> takes it away.</param>
    private static string With(byte[] document, object[] place, string? value)
    {
        var root = JsonNode.Parse(document)!;
        var parent = place[..^1].Aggregate(root, (node, step) => step is int index ? node[index]! : node[(string)step]!);
        var replacement = value is null ? null : JsonNode.Parse(value);
        switch (parent, place[^1])
        {
            case (JsonObject map, string name) when value is null:
                map.Remove(name);
                break;
            case (JsonArray list, int index) when value is null:
                list.RemoveAt(index);
                break;
            case (JsonObject map, string name):
                map[name] = replacement;
                break;
            case (JsonArray list, int index):
                list[index] = replacement;
                break;
        }

        return root.ToJsonString();
    }
}

using System.Diagnostics;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using GpuRuntime.Core.Errors;
using GpuRuntime.Core.Oci;

namespace GpuRuntime.Core.Tests.Oci;

/// <summary>Documents that another parser may read another way, or that are meant to hurt.</summary>
public sealed class HostileJsonTests
{
    private const string Name = "/bundle/config.json";

    [TestCase("{\"process\":{},\"process\":{}}", "process")]
    [TestCase("{\"process\":{},\"linux\":1,\"process\":null}", "process")]
    [TestCase("{\"process\":{},\"p\\u0072ocess\":{}}", "process")]
    [TestCase("{\"p\\u0072ocess\":{},\"\\u0070rocess\":{}}", "process")]
    [TestCase("{\"a\":[{\"b\":{\"env\":1,\"env\":2}}]}", "env")]
    [TestCase("{\"\":1,\"\":2}", "\"\"")]
    public void A_key_that_is_given_twice_is_refused(string document, string key) => Assert.That(Refused(document), Does.Contain(Name).And.Contain(key).And.Contain("twice"));

    [TestCase("""{"process":{},"Process":{}}""", "Process")]
    [TestCase("""{"process":{"env":[],"ENV":["NVIDIA_VISIBLE_DEVICES=all"]}}""", "ENV")]
    [TestCase("""{"linux":{"resources":{"devices":[],"Devices":[]}}}""", "Devices")]
    [TestCase("""{"hooks":{"prestart":[],"preStart":[]}}""", "preStart")]
    public void A_key_that_runtimes_take_for_another_one_is_refused(string document, string key) =>
        Assert.That(() => OciSpec.Parse(Encoding.UTF8.GetBytes(document), Name), Throws.InstanceOf<GpuRuntimeException>().With.Message.Contains(key).And.Message.Contains("letter case"));

    [Test]
    public void Annotations_and_members_that_we_do_not_know_may_differ_in_case_alone() =>
        Assert.That(() => OciSpec.Parse("""{"annotations":{"a":"1","A":"2"},"x":{"b":1,"B":2}}"""u8.ToArray(), Name), Throws.Nothing);

    [Test]
    public void A_key_that_is_given_twice_among_many_is_refused()
    {
        var members = string.Join(',', Enumerable.Range(0, 1000).Select(number => $"\"k{number}\":{number}"));

        Assert.That(Refused($"{{{members},\"k500\":1}}"), Does.Contain("k500"));
    }

    [TestCase("{\"a\":{\"x\":1},\"b\":{\"x\":1}}")]
    [TestCase("[{\"x\":1},{\"x\":1}]")]
    [TestCase("{\"a\":{\"a\":{\"a\":1}}}")]
    [TestCase("{\"a\":1,\"A\":2}")]
    public void One_key_in_several_objects_is_fine(string document) => Assert.That(() => Parse(Encoding.UTF8.GetBytes(document)), Throws.Nothing);

    [TestCase("")]
    [TestCase("  \n")]
    [TestCase("{")]
    [TestCase("{\"a\":")]
    [TestCase("{\"a\":1")]
    [TestCase("{\"a\":[1,2")]
    [TestCase("{\"a\":\"b")]
    [TestCase("[[[[")]
    [TestCase("tru")]
    public void A_document_that_breaks_off_is_said_to(string document) => Assert.That(Refused(document), Does.Contain("breaks off").And.Not.Contain("nested"));

    [TestCase("{} {}")]
    [TestCase("{}]")]
    [TestCase("{}x")]
    [TestCase("{}\0")]
    [TestCase("{\"a\":1,}")]
    [TestCase("[1,]")]
    [TestCase("{a:1}")]
    [TestCase("{'a':1}")]
    [TestCase("// comment\n{}")]
    [TestCase("{/**/}")]
    [TestCase("{\"a\":NaN}")]
    [TestCase("{\"a\":Infinity}")]
    [TestCase("{\"a\":01}")]
    [TestCase("{\"a\":+1}")]
    [TestCase("{\"a\":.5}")]
    [TestCase("{\"a\":1.}")]
    [TestCase("{\"a\":0x10}")]
    [TestCase("{\"a\":\"tab\there\"}")]
    [TestCase("{\"a\":\"\\x\"}")]
    [TestCase("{\"a\":\"\\u12g4\"}")]
    [TestCase("\ufeff{}")]
    public void What_other_parsers_may_let_through_is_refused(string document) => Assert.That(Refused(document), Does.Contain(Name).And.Contain("line"));

    [Test]
    public void The_place_is_told_by_line() => Assert.That(Refused("{\n  \"a\": 1,\n  \"b\" 2\n}"), Does.Contain("line 3"));

    [TestCase(256, true)]
    [TestCase(257, false)]
    [TestCase(10_000, false)]
    [TestCase(1_000_000, false)]
    public void Nesting_ends_at_256_levels(int levels, bool accepted)
    {
        foreach (var document in new[] { new string('[', levels) + new string(']', levels), string.Concat(Enumerable.Repeat("{\"a\":", levels)) + "1" + new string('}', levels) })
        {
            if (accepted)
                Assert.That(() => Parse(Encoding.UTF8.GetBytes(document)), Throws.Nothing);
            else
                Assert.That(Refused(document), Does.Contain("nested more than 256 levels"));
        }
    }

    [TestCase(new byte[] { 0xc3, 0x28 })]
    [TestCase(new byte[] { 0xff })]
    [TestCase(new byte[] { 0xed, 0xa0, 0x80 })]
    [TestCase(new byte[] { 0xc0, 0xaf })]
    [TestCase(new byte[] { 0xf5, 0x80, 0x80, 0x80 })]
    public void Bytes_that_are_not_UTF_8_are_refused(byte[] bytes)
    {
        byte[] document = [.. "{\"x\":\""u8, .. bytes, .. "\"}"u8];

        Assert.That(Refusal.Of(ErrorCode.SpecInvalid, () => Parse(document)), Does.Contain("UTF-8"));
    }

    [Test]
    public void Half_a_surrogate_pair_in_a_key_is_refused_and_in_a_value_survives()
    {
        const string document = "{\"a\":\"\\ud800\",\"b\":1}";

        using (Assert.EnterMultipleScope())
        {
            Assert.That(Refused("{\"\\ud800\":1}"), Does.Contain("not valid Unicode"));
            Assert.That(Encoding.UTF8.GetString(Parse(Encoding.UTF8.GetBytes(document)).Root["a"]!.Raw), Is.EqualTo("\"\\ud800\""));
        }
    }

    [Test]
    public void Millions_of_values_are_refused_and_do_not_fill_the_memory()
    {
        var document = Encoding.UTF8.GetBytes("[" + string.Concat(Enumerable.Repeat("0,", 8_000_000)) + "0]");
        var before = GC.GetAllocatedBytesForCurrentThread();

        Refusal.Of(ErrorCode.SpecInvalid, () => Parse(document));

        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(256L << 20), "the shim's heap ends at 256 MiB");
    }

    [Test]
    public void A_million_environment_entries_are_read_in_time()
    {
        var document = Encoding.UTF8.GetBytes("{\"process\":{\"env\":[" + string.Join(',', Enumerable.Range(0, 1_000_000).Select(number => $"\"V{number}=x\"")) + "]}}");
        var clock = Stopwatch.StartNew();

        var facts = OciSpec.Parse(document, Name).Facts();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(facts.Environment["V999999"], Is.EqualTo("x"));
            Assert.That(clock.Elapsed, Is.LessThan(TimeSpan.FromSeconds(10)));
        }
    }

    [Test]
    public void No_bytes_throw_anything_but_a_refusal()
    {
        string[] parts = ["{", "}", "[", "]", ",", ":", "\"", "\"a\"", "\"\\ud800\"", "\\u", "1", "-", "e", "true", "null", " ", "\0", "\ufeff", "/*"];
        var texts = Gen.Elements(parts).ArrayOf().Select(array => Encoding.UTF8.GetBytes(string.Concat(array)));
        var bytes = ArbMap.Default.GeneratorFor<byte[]>();
        var damaged = from document in JsonDocuments.Value
                      from position in Gen.Choose(0, 10_000)
                      from value in Gen.Choose(0, 255)
                      select Damage(Encoding.UTF8.GetBytes(document), position, (byte)value);

        Prop.ForAll(Gen.OneOf(texts, bytes, damaged).ToArbitrary(), document =>
        {
            try
            {
                _ = OciSpec.Parse(document, Name).Facts();
            }
            catch (GpuRuntimeException refusal) when (refusal.Code == ErrorCode.SpecInvalid)
            {
                // The one exception that is documented.
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(5000));
    }

    [Test]
    public void Every_beginning_of_a_document_is_refused()
    {
        var document = Encoding.UTF8.GetBytes("""{"ociVersion":"1.0.2","process":{"env":["A=b"],"user":{"uid":0}},"mounts":[],"x":[1,2.5,null,true,"ü"]}""");

        for (var length = 0; length < document.Length; length++)
            Refusal.Of(ErrorCode.SpecInvalid, () => Parse(document[..length]));
    }

    private static byte[] Damage(byte[] document, int position, byte value)
    {
        if (document.Length > 0)
            document[position % document.Length] = value;
        return document;
    }

    private static string Refused(string document) => Refusal.Of(ErrorCode.SpecInvalid, () => Parse(Encoding.UTF8.GetBytes(document)));

    private static JsonTree Parse(byte[] document) => JsonTree.Parse(document, Name);
}

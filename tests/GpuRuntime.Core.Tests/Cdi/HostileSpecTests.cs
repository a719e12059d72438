using System.Text;
using GpuRuntime.Core.Cdi.Text;
using GpuRuntime.Core.Errors;

namespace GpuRuntime.Core.Tests.Cdi;

/// <summary>Files that are meant to hurt, or that another parser may read another way.</summary>
public sealed class HostileSpecTests
{
    private const string Beginning = "cdiVersion: 0.5.0\nkind: example.com/gpu\ndevices:\n- name: a\n  containerEdits:\n";

    [TestCase("    env: &e [A=b]\n", "line 6, has an anchor")]
    [TestCase("    env: *e\n", "line 6, has an alias")]
    [TestCase("    env: !!set {A}\n", "line 6, has a tag")]
    [TestCase("    env: [!!str 1]\n", "line 6, has a tag")]
    [TestCase("    env: [A=b]\n    env: [A=c]\n", "line 7, gives the key \"env\" twice")]
    [TestCase("    env: [A=b]\n    \"e\\u006ev\": [A=c]\n", "line 7, gives the key \"env\" twice")]
    [TestCase("    <<: {env: [A=b]}\n", "line 6, has a merge key")]
    [TestCase("    ? [env]\n    : [A=b]\n", "line 6, has a key that is not a text")]
    [TestCase("    yes: [A=b]\n", "line 6, has the key \"yes\", which is not a text")]
    [TestCase("    1: [A=b]\n", "line 6, has the key \"1\", which is not a text")]
    [TestCase("    env: [A=b]\n---\n{}\n", "line 7, holds more than one YAML document")]
    [TestCase("    env: [A=b\n", "is not valid YAML")]
    [TestCase("    env: [A=b]\n  x: y: z\n", "is not valid YAML")]
    [TestCase("    env: [\"A=\\0\"]\n", "env[0] contains a zero byte")]
    [TestCase("    env: [\"A=\\uD800\"]\n", "is not valid YAML")]
    [TestCase("    env: [A=b]\n\0{{{", "line 7, has the character U+0000")]
    [TestCase("    env: ['A=\u001b[31m']\n", "line 6, has the character U+001B")]
    [TestCase("    env: ['A=\ufeff']\n", "line 6, has the character U+FEFF")]
    public void YAML_that_a_specification_does_not_need_is_refused(string rest, string problem) => Assert.That(Refused(Beginning + rest, "a.yaml"), Does.Contain(problem));

    [Test]
    public void An_alias_bomb_is_refused_at_its_first_anchor()
    {
        var text = new StringBuilder("a: &a [x,x,x,x,x,x,x,x,x]\n");
        for (var name = 'b'; name < 'z'; name++)
            text.Append(name).Append(": &").Append(name).Append(" [").AppendJoin(',', Enumerable.Repeat($"*{(char)(name - 1)}", 9)).Append("]\n");

        Assert.That(Refused(text.ToString(), "a.yaml"), Does.Contain("line 1, has an anchor"));
    }

    [TestCase("a.yaml", '[', "nested more than 32 levels deep")]
    [TestCase("a.json", '[', "nested more than")]
    [TestCase("a.yaml", '{', "nested more than 32 levels deep")]
    public void Deep_nesting_is_refused(string name, char opening, string problem) => Assert.That(Refused(new string(opening, 100_000), name), Does.Contain(problem));

    [Test]
    public void A_document_of_32_levels_is_read_and_one_of_33_is_not()
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Refused($"{{\"x\":{new string('[', 31)}{new string(']', 31)}}}", "a.json"), Does.Contain("x is no field").And.Not.Contain("nested"));
            Assert.That(Refused($"{{\"x\":{new string('[', 32)}{new string(']', 32)}}}", "a.json"), Does.Contain("line 1, is nested more than 32 levels deep"));
        }
    }

    [TestCase("a.yaml")]
    [TestCase("a.json")]
    public void A_file_of_more_than_4_MiB_or_of_too_many_values_is_refused(string name)
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Refused(new string(' ', (4 << 20) + 1), name), Does.Contain("larger than 4 MiB"));
            Assert.That(Refused($"[{string.Join(',', Enumerable.Repeat("1", 110_000))}]", name), Does.Contain("more than 100000 values"));
        }
    }

    [TestCase("""{"kind":"a/b","kind":"c/d"}""", "gives the key \"kind\" twice")]
    [TestCase("""{"kind":"a/b",}""", "is not valid JSON")]
    [TestCase("""{"kind":"a/b"} {}""", "is not valid JSON")]
    [TestCase("""{/* no */"kind":"a/b"}""", "is not valid JSON")]
    [TestCase("""{"kind":"\ud800"}""", "half a surrogate pair")]
    [TestCase("kind: a/b", "is not valid JSON")]
    [TestCase("", "is not valid JSON")]
    public void JSON_that_parsers_may_read_differently_is_refused(string text, string problem) => Assert.That(Refused(text, "a.json"), Does.Contain(problem));

    [TestCase("a.yaml")]
    [TestCase("a.json")]
    public void Text_that_is_not_UTF_8_is_refused(string name) =>
        Assert.That(Refusal.Of(ErrorCode.CdiSpecInvalid, () => CdiReader.Read([(byte)'a', 0xff, 0xfe], name)), Does.Contain("not valid UTF-8"));

    [TestCase("")]
    [TestCase("# nothing\n")]
    public void An_empty_file_is_refused(string text) => Assert.That(Refused(text, "a.yaml"), Does.Contain("is empty"));

    [TestCase("a.yml")]
    [TestCase("a.json.bak")]
    [TestCase("a.YAML")]
    public void A_name_that_no_engine_reads_is_refused(string name) => Assert.That(Refused("{}", name), Does.Contain("must end in .yaml or .json"));

    private static string Refused(string text, string name) => Refusal.Of(ErrorCode.CdiSpecInvalid, () => CdiReader.Read(Encoding.UTF8.GetBytes(text), name));
}

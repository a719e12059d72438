using System.Text;
using FsCheck;
using FsCheck.Fluent;
using GpuRuntime.Core.Configuration;
using GpuRuntime.Core.Errors;

namespace GpuRuntime.Core.Tests.Configuration;

/// <summary>A file with problems: one message that lists them all, each with its line.</summary>
public sealed class ConfigurationProblemTests
{
    [Test]
    public void All_problems_are_told_at_once_with_their_lines() =>
        Assert.That(Refused("""
            {
                // two lines in front
                "nonsense": { "with": ["children"] },
                "gpusFlag": "sometimes",
                "host": {
                    "root": "relative",
                    "Dev": "/dev"
                },
                "acceptEnv": true,
                "acceptAnnotations": "yes",
                "lowLevelRuntimes": "runc",
                "cdi": { "specDirs": ["relative"], "annotations": 1 },
                "limits": { "minimumTier": 3 },
                "log": { "path": "log.txt", "level": "Debug" },
                "stateDirectory": null
            }
            """), Is.EqualTo(
            "The configuration file /etc/c.json has 13 problems: "
            + "line 3: unknown key \"nonsense\"; "
            + "line 4: gpusFlag must be one of auto, nvidia; "
            + "line 6: host.root must be an absolute path in quotes; "
            + "line 7: unknown key \"host.Dev\" (did you mean host.dev?); "
            + "line 9: acceptEnv must be an object; "
            + "line 10: acceptAnnotations must be true or false; "
            + "line 11: lowLevelRuntimes must be a list of texts in quotes; "
            + "line 12: cdi.specDirs must be a list of absolute paths in quotes; "
            + "line 12: cdi.annotations must be true or false; "
            + "line 13: limits.minimumTier must be one of hardware, kernel, watchdog, cooperative; "
            + "line 14: log.path must be an absolute path in quotes, or empty; "
            + "line 14: log.level must be one of debug, information, warning, error; "
            + "line 15: stateDirectory must be an absolute path in quotes."));

    [TestCase("{\"gpusflag\":\"auto\"}", "did you mean gpusFlag?")]
    [TestCase("{\"LowLevelRuntimes\":[]}", "did you mean lowLevelRuntimes?")]
    [TestCase("{\"log\":{\"Path\":\"\"}}", "did you mean log.path?")]
    [TestCase("{\"Host\":{\"root\":\"/\"}}", "unknown key \"Host\"")]
    public void A_key_in_the_wrong_letter_case_is_pointed_out(string text, string hint) => Assert.That(Refused(text), Does.Contain("line 1").And.Contain(hint));

    [TestCase("{\"gpusFlag\":\"auto\",\n\"gpusFlag\":\"nvidia\"}", "line 2: gpusFlag is given twice")]
    [TestCase("{\"host\":{\"root\":\"/\"},\n\"host\":{\"root\":\"/\"}}", "line 2: host.root is given twice")]
    public void A_key_that_is_given_twice_is_a_problem(string text, string problem) => Assert.That(Refused(text), Does.Contain(problem));

    [TestCase("", "line 1: not valid JSON")]
    [TestCase("{\n\"gpusFlag\":\n", "not valid JSON")]
    [TestCase("{\n\n\"gpusFlag\" \"auto\"}", "line 3: not valid JSON")]
    [TestCase("{} {}", "line 1: not valid JSON")]
    [TestCase("{}\n}", "line 2: not valid JSON")]
    [TestCase("[]", "line 1: the file must hold one JSON object")]
    [TestCase("\n\"text\"", "line 2: the file must hold one JSON object")]
    [TestCase("{\"stateDirectory\":\"\\ud800\"}", "not valid Unicode")]
    [TestCase("{\"\\ud800\":1}", "not valid Unicode")]
    public void What_is_not_JSON_is_told_with_its_line(string text, string problem) => Assert.That(Refused(text), Does.Contain(problem));

    [Test]
    public void Problems_in_front_of_a_break_are_told_too() =>
        Assert.That(Refused("{\n\"nonsense\": 1,\n\"gpusFlag\": \"x\",\n\"broken\n}"), Does.Contain("line 2: unknown key").And.Contain("line 3: gpusFlag").And.Contain("line 4: not valid JSON"));

    [Test]
    public void Text_that_is_not_UTF_8_is_told() =>
        Refusal.Of(ErrorCode.ConfigurationInvalid, () => ConfigurationReader.Read([.. "{\"stateDirectory\":\"/"u8, 0xc3, 0x28, .. "\"}"u8], "/etc/c.json"));

    [TestCase("{\"stateDirectory\":\"/a\\u0000b\"}", "stateDirectory must be")]
    [TestCase("{\"cdi\":{\"specDirs\":[\"/a\\u0000b\"]}}", "cdi.specDirs must be")]
    [TestCase("{\"lowLevelRuntimes\":[\"runc\\u0000x\"]}", "lowLevelRuntimes must be")]
    [TestCase("{\"lowLevelRuntimes\":[\"\"]}", "lowLevelRuntimes must be")]
    [TestCase("{\"lowLevelRuntimes\":[1]}", "lowLevelRuntimes must be")]
    [TestCase("{\"lowLevelRuntimes\":[[\"runc\"]]}", "lowLevelRuntimes must be")]
    [TestCase("{\"lowLevelRuntimes\":{\"runc\":true}}", "lowLevelRuntimes must be")]
    [TestCase("{\"stateDirectory\":\"\"}", "stateDirectory must be")]
    [TestCase("{\"stateDirectory\":[\"/a\"]}", "stateDirectory must be")]
    [TestCase("{\"acceptAnnotations\":{}}", "acceptAnnotations must be")]
    [TestCase("{\"host\":\"/\"}", "host must be an object")]
    public void A_value_of_the_wrong_kind_is_told(string text, string problem) => Assert.That(Refused(text), Does.Contain("has a problem: line 1").And.Contain(problem));

    [Test]
    public void Text_of_the_file_cannot_forge_lines() => Assert.That(Refused("{\"a\\n\\u001b[31mb\":1}"), Does.Contain("\"a??[31mb\""));

    [Test]
    public void No_text_throws_anything_but_a_refusal()
    {
        string[] parts = ["{", "}", "[", "]", ",", ":", "\"", "\"host\"", "\"root\"", "\"/\"", "\"gpusFlag\"", "\"auto\"", "\"log\"", "true", "null", "1", "//x\n", "/*", "*/", "\\", "\n"];
        var texts = Gen.OneOf(Gen.Elements(parts).ArrayOf().Select(string.Concat), ArbMap.Default.GeneratorFor<string>());

        Prop.ForAll(texts.ToArbitrary(), text =>
        {
            try
            {
                ConfigurationReader.Read(Encoding.UTF8.GetBytes(text ?? ""), "/etc/c.json");
            }
            catch (GpuRuntimeException refusal) when (refusal.Code == ErrorCode.ConfigurationInvalid)
            {
                // The one exception that is documented.
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(3000));
    }

    private static string Refused(string text) => Refusal.Of(ErrorCode.ConfigurationInvalid, () => ConfigurationReader.Read(Encoding.UTF8.GetBytes(text), "/etc/c.json"));
}

using System.Text;
using FsCheck;
using FsCheck.Fluent;
using GpuRuntime.Core.Cdi.Text;
using GpuRuntime.Core.Errors;

namespace GpuRuntime.Core.Tests.Cdi;

/// <summary>What holds for every specification and for every file.</summary>
public sealed class CdiFormatProperties
{
    [TestCase(CdiFormat.Yaml, "spec.yaml")]
    [TestCase(CdiFormat.Json, "spec.json")]
    public void What_is_written_is_read_again_whole(CdiFormat format, string name) =>
        Prop.ForAll(SpecGenerator.Specs.ToArbitrary(), spec =>
        {
            var written = CdiWriter.Write(spec, format);
            var read = CdiText.Of(CdiReader.Read(written, name));
            Assert.That(read, Is.EqualTo(CdiText.Of(spec)), Encoding.UTF8.GetString(written));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(300));

    [Test]
    public void The_same_specification_gives_the_same_bytes() =>
        Prop.ForAll(SpecGenerator.Specs.ToArbitrary(), spec =>
        {
            var again = CdiReader.Read(CdiWriter.Write(spec, CdiFormat.Json), "a.json");
            return Enum.GetValues<CdiFormat>().All(format => CdiWriter.Write(spec, format).SequenceEqual(CdiWriter.Write(again, format)));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(50));

    [TestCase(CdiFormat.Yaml, "spec.yaml")]
    [TestCase(CdiFormat.Json, "spec.json")]
    public void No_change_of_bytes_throws_anything_but_a_refusal(CdiFormat format, string name)
    {
        var changes = Gen.Choose(0, 255).Four().NonEmptyListOf();
        Prop.ForAll(SpecGenerator.Specs.ToArbitrary(), changes.ToArbitrary(), (spec, numbers) =>
        {
            var bytes = CdiWriter.Write(spec, format).ToList();
            foreach (var change in numbers)
                Mutate(bytes, change.Item1, ((change.Item2 << 8) | change.Item3) % (bytes.Count + 1), (byte)change.Item4);
            return OnlyRefuses([.. bytes], name);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(600));
    }

    [TestCase("spec.yaml")]
    [TestCase("spec.json")]
    public void No_text_throws_anything_but_a_refusal(string name)
    {
        string[] words =
        [
            "a", ": ", ":", "- ", "-", "\n", "\n  ", " ", "? ", "{", "}", "[", "]", ",", "&a ", "*a", "!!str ", "!", "|", ">", "|+2\n", "'", "\"", "\\", "\\x", "\\u12", "#", "%YAML 1.1\n", "%TAG ! x\n",
            "---", "...", "\t", "<<", "\ufeff", "\u2028", "\r", "0", "~", "@", "`", "devices", "cdiVersion: 0.5.0\n", "kind: a/b\n", "containerEdits", "null", "{\"a\":1", "\ud800",
        ];
        var texts = Gen.Elements(words).ArrayOf().Select(string.Concat);
        Prop.ForAll(texts.ToArbitrary(), text => OnlyRefuses(Encoding.UTF8.GetBytes(text), name)).Check(Config.QuickThrowOnFailure.WithMaxTest(2500));
        Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), bytes => OnlyRefuses(bytes, name)).Check(Config.QuickThrowOnFailure.WithMaxTest(1000));
    }

    private static void Mutate(List<byte> bytes, int kind, int at, byte value)
    {
        switch (kind % 4)
        {
            case 0:
                bytes.Insert(at, value);
                break;
            case 1 when at < bytes.Count:
                bytes[at] = value;
                break;
            case 2 when at < bytes.Count:
                bytes.RemoveAt(at);
                break;
            case 3:
                // A piece of the file once more: duplicate keys, broken indentation.
                bytes.InsertRange(at, bytes.GetRange(at, Math.Min(value, bytes.Count - at)));
                break;
        }
    }

    private static bool OnlyRefuses(byte[] content, string name)
    {
        try
        {
            CdiReader.Read(content, name);
            return true;
        }
        catch (GpuRuntimeException exception)
        {
            return exception.Code == ErrorCode.CdiSpecInvalid && exception.Message.Contains(name, StringComparison.Ordinal);
        }
    }
}

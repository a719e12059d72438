using System.Text;
using GpuRuntime.Agent.Top.Input;

namespace GpuRuntime.Linux.Tests.Top;

public sealed class KeyParserTests
{
    [TestCase("\e[A", KeyKind.Up)]
    [TestCase("\eOA", KeyKind.Up)]
    [TestCase("\e[B", KeyKind.Down)]
    [TestCase("\eOB", KeyKind.Down)]
    [TestCase("\e[5~", KeyKind.PageUp)]
    [TestCase("\e[6~", KeyKind.PageDown)]
    [TestCase("\e[H", KeyKind.Home)]
    [TestCase("\e[1~", KeyKind.Home)]
    [TestCase("\e[F", KeyKind.End)]
    [TestCase("\eOF", KeyKind.End)]
    [TestCase("\e[Z", KeyKind.BackTab)]
    [TestCase("\t", KeyKind.Tab)]
    [TestCase("\r", KeyKind.Enter)]
    [TestCase("\n", KeyKind.Enter)]
    [TestCase("\u007f", KeyKind.Backspace)]
    [TestCase("\b", KeyKind.Backspace)]
    public void A_named_key_is_known_whole_and_byte_by_byte(string sent, object kind)
    {
        var parser = new KeyParser();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(new KeyParser().Feed(Encoding.UTF8.GetBytes(sent)).Select(key => (object)key.Kind), Is.EqualTo((object[])[kind]));
            Assert.That(Encoding.UTF8.GetBytes(sent).SelectMany(part => parser.Feed([part])).Select(key => (object)key.Kind), Is.EqualTo((object[])[kind]));
            Assert.That(parser.Rest(), Is.Null);
        }
    }

    [Test]
    public void An_Escape_with_nothing_behind_it_is_the_key()
    {
        var parser = new KeyParser();

        Assert.That(parser.Feed("\e"u8), Is.Empty);
        Assert.That(parser.Rest(), Is.EqualTo(new Key(KeyKind.Escape)));
        Assert.That(parser.Rest(), Is.Null);
    }

    [Test]
    public void Characters_come_one_by_one_those_of_several_bytes_too() =>
        Assert.That(Read("qü\e[Aß"), Is.EqualTo((Key[])[new(KeyKind.Character, 'q'), new(KeyKind.Character, 'ü'), new(KeyKind.Up), new(KeyKind.Character, 'ß')]));

    [TestCase("\e[15~")]
    [TestCase("\e[1;5C")]
    [TestCase("\ex")]
    [TestCase("\u0001")]
    public void Keys_without_a_meaning_do_nothing_and_spoil_nothing(string sent) => Assert.That(Read(sent + "q"), Is.EqualTo((Key[])[new(KeyKind.Character, 'q')]));

    [Test]
    public void Bytes_at_random_are_survived()
    {
        var random = new Random(4711);
        var parser = new KeyParser();
        var bytes = new byte[64];
        var keys = 0;
        for (var i = 0; i < 2000; i++)
        {
            random.NextBytes(bytes);
            keys += parser.Feed(bytes).Count();
        }

        Assert.That(keys, Is.Positive);
    }

    private static IEnumerable<Key> Read(string sent) => new KeyParser().Feed(Encoding.UTF8.GetBytes(sent));
}

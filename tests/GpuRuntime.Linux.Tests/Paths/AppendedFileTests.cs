using GpuRuntime.Linux.Paths;

namespace GpuRuntime.Linux.Tests.Paths;

/// <summary>The engine's <c>--log</c>.</summary>
public sealed class AppendedFileTests : DirectoryFixture
{
    [Test]
    public void Lines_go_behind_what_is_there()
    {
        var path = Temporary.Write("log.json", "first\n");

        using (Assert.EnterMultipleScope())
        {
            Assert.That(AppendedFile.TryWrite(path, "second\n"u8));
            Assert.That(AppendedFile.TryWrite(path, "third\n"u8));
            Assert.That(File.ReadAllText(path), Is.EqualTo("first\nsecond\nthird\n"));
        }
    }

    [Test]
    public void A_file_that_is_missing_is_made()
    {
        var path = Temporary.Combine("log.json");

        using (Assert.EnterMultipleScope())
        {
            Assert.That(AppendedFile.TryWrite(path, "first\n"u8));
            Assert.That(File.ReadAllText(path), Is.EqualTo("first\n"));
            Assert.That(Command.Status("%a", path), Is.EqualTo("644"));
        }
    }

    [TestCase("real")]
    [TestCase("missing")]
    public void A_link_is_not_followed(string target)
    {
        Temporary.Write("real", "untouched");

        using (Assert.EnterMultipleScope())
        {
            Assert.That(AppendedFile.TryWrite(Temporary.Link("log.json", Temporary.Combine(target)), "line\n"u8), Is.False);
            Assert.That(File.ReadAllText(Temporary.Combine("real")), Is.EqualTo("untouched"));
            Assert.That(Temporary.Combine("missing"), Does.Not.Exist);
        }
    }

    [Test]
    public void A_FIFO_that_nobody_reads_does_not_hang() => Refusal.InTime(() => Assert.That(AppendedFile.TryWrite(Temporary.Fifo("log.json"), "line\n"u8), Is.False));

    [Test]
    public void What_cannot_be_written_is_told_and_no_exception()
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(AppendedFile.TryWrite(Temporary.Combine("missing/log.json"), "line\n"u8), Is.False);
            Assert.That(AppendedFile.TryWrite(Temporary.MakeDirectory("directory"), "line\n"u8), Is.False);
            Assert.That(AppendedFile.TryWrite("/dev/full", "line\n"u8), Is.False);
        }
    }
}

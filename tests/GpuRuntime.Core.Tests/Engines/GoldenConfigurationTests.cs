using System.Text;
using GpuRuntime.Core.Engines;

namespace GpuRuntime.Core.Tests.Engines;

/// <summary>Configuration files as people have them, before and after, whole; and the way back to the very bytes.</summary>
[TestFixtureSource(typeof(GoldenCase), nameof(GoldenCase.All))]
public sealed class GoldenConfigurationTests(GoldenCase golden)
{
    private EngineDirectory _directory = new(golden.Kind);

    [SetUp]
    public void Begin() => _directory = new EngineDirectory(golden.Kind) { Main = golden.Before };

    [Test]
    public void The_files_become_those_that_are_kept()
    {
        Configure();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(Text(_directory.Main), Is.EqualTo(Text(golden.After)));
            Assert.That(Text(_directory.DropIn), Is.EqualTo(Text(golden.DropIn)));
            Assert.That(_directory.Backup, Is.EqualTo(IsEdited ? golden.Before : null), "the backup is the file as it was");
        }
    }

    [Test]
    public void Configured_again_nothing_changes()
    {
        Configure();

        Assert.That(Configure().Changes, Is.Empty);
    }

    [Test]
    public void Configured_again_without_the_options_nothing_is_taken_back()
    {
        Configure();

        Assert.That(_directory.Configure().Changes, Is.Empty);
    }

    [Test]
    public void Removed_again_every_byte_is_as_it_was_and_no_file_is_left()
    {
        Configure();
        _directory.Remove();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(_directory.Main, Is.EqualTo(golden.Before));
            Assert.That(_directory.Paths, Is.EqualTo(golden.Before is null ? [] : (string[])[_directory.MainPath]));
            Assert.That(_directory.Remove().Changes, Is.Empty, "there is nothing more to remove");
        }
    }

    [Test]
    public void Options_that_are_given_one_after_the_other_come_to_the_same_and_so_does_their_removal()
    {
        _directory.Configure(cdi: golden.Cdi);
        _directory.Configure(isDefault: golden.IsDefault);
        var (main, dropIn) = (_directory.Main, _directory.DropIn);
        _directory.Remove();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(Text(main), Is.EqualTo(Text(golden.After)));
            Assert.That(Text(dropIn), Is.EqualTo(Text(golden.DropIn)));
            Assert.That(_directory.Main, Is.EqualTo(golden.Before));
        }
    }

    [Test]
    public void Another_place_of_the_program_takes_the_place_of_the_first_and_the_way_back_stays()
    {
        _directory.Configure(golden.IsDefault, golden.Cdi, "/opt/old/bin/gpu-runtime");
        Configure();
        var (main, dropIn) = (_directory.Main, _directory.DropIn);
        _directory.Remove("/third/gpu-runtime");

        using (Assert.EnterMultipleScope())
        {
            Assert.That(Text(main), Is.EqualTo(Text(golden.After)));
            Assert.That(Text(dropIn), Is.EqualTo(Text(golden.DropIn)));
            Assert.That(_directory.Main, Is.EqualTo(golden.Before));
            Assert.That(_directory.DropIn, Is.Null);
        }
    }

    [Test]
    public void What_was_never_configured_is_not_touched_by_a_removal() => Assert.That(_directory.Remove().Changes, Is.Empty);

    private bool IsEdited => golden.Before is not null && !golden.Before.AsSpan().SequenceEqual(golden.After);

    private EnginePlan Configure() => _directory.Configure(golden.IsDefault, golden.Cdi);

    // Line ends and marks are seen where they differ.
    private static string? Text(byte[]? content) => content is null ? null : Encoding.UTF8.GetString(content).Replace("\r", "\\r", StringComparison.Ordinal).Replace("\ufeff", "\\ufeff", StringComparison.Ordinal);
}

using GpuRuntime.Core.Configuration;
using GpuRuntime.Core.Errors;
using GpuRuntime.Linux.Paths;

namespace GpuRuntime.Linux.Tests.Paths;

public sealed class ConfigurationFileTests : DirectoryFixture
{
    [Test]
    public void A_file_that_is_named_is_read_and_its_values_know_their_line()
    {
        var path = Temporary.Write("config.json", "{\n  \"stateDirectory\": \"/state\"\n}\n");

        var effective = ConfigurationFile.Load(path);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(effective.Values.StateDirectory, Is.EqualTo("/state"));
            Assert.That(effective.Origins["stateDirectory"], Is.EqualTo($"{path}:2"));
        }
    }

    [TestCase(null)]
    [TestCase("")]
    public void No_file_is_needed_where_none_is_named(string? named)
    {
        if (File.Exists(ConfigurationFile.DefaultPath))
            Assert.Ignore($"this machine has {ConfigurationFile.DefaultPath}");

        Assert.That(ConfigurationFile.Load(named), Is.EqualTo(EffectiveConfiguration.Default));
    }

    [Test]
    public void A_file_that_is_named_must_be_there() => Assert.That(Refused(Temporary.Combine("missing.json")), Does.Contain("missing.json").And.Contain("ENOENT"));

    [Test]
    public void A_link_to_a_file_is_followed() => Assert.That(ConfigurationFile.Load(Temporary.Link("link.json", Temporary.Write("real.json", "{}"))).Origins, Is.Empty);

    [Test]
    public void A_directory_is_refused() => Assert.That(Refused(Temporary.MakeDirectory("config.json")), Does.Contain("not a regular file"));

    [Test]
    public void A_FIFO_is_refused_and_does_not_hang() => Assert.That(Refused(Temporary.Fifo("config.json")), Does.Contain("not a regular file"));

    [Test]
    public void A_file_of_more_than_1_MiB_is_refused() => Assert.That(Refused(Temporary.Write("config.json", new string(' ', (1 << 20) + 1))), Does.Contain("1 MiB"));

    [Test]
    public void Problems_are_told_with_the_files_name()
    {
        var path = Temporary.Write("config.json", "{\n\"nonsense\": 1\n}");

        Assert.That(Refusal.Of(ErrorCode.ConfigurationInvalid, () => ConfigurationFile.Load(path)), Does.Contain(path).And.Contain("line 2"));
    }

    private static string Refused(string path) => Refusal.Of(ErrorCode.ConfigurationUnreadable, () => ConfigurationFile.Load(path));
}

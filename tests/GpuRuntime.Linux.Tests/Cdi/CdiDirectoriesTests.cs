using GpuRuntime.Core.Cdi;
using GpuRuntime.Core.Cdi.Devices;
using GpuRuntime.Core.Cdi.Text;
using GpuRuntime.Core.Errors;
using GpuRuntime.Linux.Cdi;

namespace GpuRuntime.Linux.Tests.Cdi;

/// <summary>Which files of the specification directories count, and that a bad one harms no other.</summary>
public sealed class CdiDirectoriesTests : DirectoryFixture
{
    private const uint Nobody = 65534;

    [Test]
    public void Specifications_of_both_formats_are_read_in_the_order_of_directories_and_names()
    {
        Write("low/b.yaml", "0");
        Write("low/a.json", "1");
        Write("high/a.yaml", "2");

        var files = CdiDirectories.LoadAll([Temporary.Combine("low"), Temporary.Combine("absent"), Temporary.Combine("high") + "/"]);

        Assert.That(files.Ignored, Is.Empty);
        Assert.That(files.Files.Select(file => (file.Path, file.Priority)), Is.EqualTo([(Temporary.Combine("low/a.json"), 0), (Temporary.Combine("low/b.yaml"), 0), (Temporary.Combine("high/a.yaml"), 2)]));
    }

    [Test]
    public void Other_names_and_directories_below_are_none_of_our_business()
    {
        Write("cdi/a.yaml", "0");
        foreach (var name in (string[])["cdi/b.yml", "cdi/c.yaml.bak", "cdi/README", "cdi/below/d.yaml"])
            Temporary.Write(name, "not a specification");

        Assert.That(Load().Files.Single().Path, Is.EqualTo(Temporary.Combine("cdi/a.yaml")));
        Assert.That(Load().Ignored, Is.Empty);
    }

    [Test]
    public void A_file_that_breaks_a_rule_is_left_out_with_its_reason_and_the_others_count()
    {
        Write("cdi/a.yaml", "0");
        Temporary.Write("cdi/b.yaml", "cdiVersion: 9.9.9\n");
        Write("cdi/c.json", "1");

        Assert.That(Load().Files, Has.Length.EqualTo(2));
        Assert.That(Ignored("cdi/b.yaml"), Does.Contain("line 1: cdiVersion must be one of"));
    }

    [TestCase("file", "nobody", 0b110_100_100, "is not root's")]
    [TestCase("file", "root", 0b110_110_100, "others may write to it")]
    [TestCase("file", "root", 0b110_100_110, "others may write to it")]
    [TestCase("directory", "nobody", 0b111_101_101, "is not root's alone")]
    [TestCase("directory", "root", 0b111_111_101, "is not root's alone")]
    [TestCase("directory", "root", 0b111_101_111, "is not root's alone")]
    public void What_others_may_write_to_does_not_count(string what, string owner, int mode, string reason)
    {
        var path = Write("cdi/a.yaml", "0");
        var subject = what == "file" ? path : Temporary.Combine("cdi");
        if (owner == "nobody")
            Command.Run("chown", $"{Nobody}", subject);
        File.SetUnixFileMode(subject, (UnixFileMode)mode);

        var files = Load();

        Assert.That(files.Files, Is.Empty);
        Assert.That(files.Ignored.Single().Path, Is.EqualTo(subject));
        Assert.That(files.Ignored.Single().Reason, Does.Contain(subject).And.Contain(reason));
    }

    [Test]
    public void A_link_counts_as_the_file_that_it_leads_to()
    {
        Temporary.Link("cdi/good.yaml", Write("elsewhere/a.yaml", "0"));
        var foreign = Write("elsewhere/b.yaml", "1");
        Command.Run("chown", $"{Nobody}", foreign);
        Temporary.Link("cdi/foreign.yaml", foreign);
        Temporary.Link("cdi/dangling.yaml", "/nonexistent");
        Temporary.Link("cdi/magic.yaml", "/proc/self/exe");

        Assert.That(Load().Files.Single().Path, Is.EqualTo(Temporary.Combine("cdi/good.yaml")));
        Assert.That(Ignored("cdi/foreign.yaml"), Does.Contain("is not root's"));
        Assert.That(Ignored("cdi/dangling.yaml"), Does.Contain("ENOENT"));
        Assert.That(Ignored("cdi/magic.yaml"), Does.Contain("ELOOP"));
    }

    [Test]
    public void What_is_no_regular_file_is_left_out_and_nothing_hangs()
    {
        Temporary.Fifo("cdi/fifo.yaml");
        Temporary.MakeDirectory("cdi/directory.yaml");
        Temporary.Link("cdi/device.json", "/dev/zero");
        Write("cdi/ordinary.json", "0");

        Assert.That(Load().Files.Single().Path, Does.EndWith("ordinary.json"));
        foreach (var name in (string[])["cdi/fifo.yaml", "cdi/directory.yaml", "cdi/device.json"])
            Assert.That(Ignored(name), Does.Contain("not a regular file"));
    }

    [Test]
    public void A_file_of_more_than_4_MiB_is_left_out()
    {
        Temporary.Write("cdi/huge.yaml", new byte[(4 << 20) + 1]);

        Assert.That(Ignored("cdi/huge.yaml"), Does.Contain("larger than 4 MiB"));
    }

    [Test]
    public void A_directory_that_is_none_is_told()
    {
        Temporary.Write("cdi", "a file");

        Assert.That(Ignored("cdi"), Does.Contain("ENOTDIR"));
    }

    [Test]
    public void Only_files_that_mention_the_wanted_vendor_are_parsed()
    {
        Write("cdi/a.yaml", "0");
        Temporary.Write("cdi/broken.yaml", "{{{ other.com/gpu");
        Temporary.Write("cdi/escaped.json", """{"cdiVersion":"0.5.0","kind":"examp\u006ce.com/nic","devices":[{"name":"0","containerEdits":{"env":["A=b"]}}]}""");

        var found = CdiDirectories.Resolve([Temporary.Combine("cdi")], [CdiName.Parse("example.com/gpu=0"), CdiName.Parse("example.com/nic=0")], out var ignored);

        Assert.That(found.Select(definition => definition.File.Path), Is.EqualTo([Temporary.Combine("cdi/a.yaml"), Temporary.Combine("cdi/escaped.json")]));
        Assert.That(ignored, Is.Empty, "a file that mentions no vendor asked for was parsed");
    }

    [Test]
    public void A_name_that_is_not_there_is_told_with_all_that_is()
    {
        Write("cdi/a.yaml", "0");
        Temporary.Write("cdi/broken.yaml", "{{{");

        var sentence = Refusal.Of(ErrorCode.CdiDeviceNotFound, () => CdiDirectories.Resolve([Temporary.Combine("cdi")], [CdiName.Parse("other.com/gpu=0")], out _));

        Assert.That(sentence, Does.Contain("other.com/gpu=0: there are example.com/gpu=0").And.Contain("broken.yaml"));
    }

    private CdiFileSet Load() => CdiDirectories.LoadAll([Temporary.Combine("cdi")]);

    private string Ignored(string name) => Load().Ignored.Single(ignored => ignored.Path == Temporary.Combine(name)).Reason;

    private string Write(string name, string device)
    {
        var spec = new CdiSpec(CdiVersion.HostPaths, "example.com/gpu") { Devices = [new CdiDevice(device, new CdiEdits { Environment = ["A=b"] })] };
        return Temporary.Write(name, CdiWriter.Write(spec, name.EndsWith(".json", StringComparison.Ordinal) ? CdiFormat.Json : CdiFormat.Yaml));
    }
}

using GpuRuntime.Security.Tests.Attacks;
using GpuRuntime.Security.Tests.Specifications;

namespace GpuRuntime.Security.Tests.Rows;

/// <summary>What others have in the directory of our specifications: it stays as it is, and keeps no device from anybody.</summary>
[Category("T21")]
public sealed class SpecDirectoryRows
{
    private SpecDirectory? _specs;

    private SpecDirectory Specs => _specs!;

    private string Elsewhere => Specs.Surroundings.Combine("elsewhere");

    private static IEnumerable<string> Names => SpecOddities.All.Select(static oddity => oddity.Name);

    [OneTimeSetUp]
    public void Prepare() => _specs = SpecDirectory.Create();

    [OneTimeTearDown]
    public async Task RemoveAsync() => await Specs.DisposeAsync();

    [SetUp]
    public Task EmptyAsync() => Specs.EmptyAsync();

    [Test]
    public async Task Specifications_of_others_are_the_same_files_after_everything_that_we_do()
    {
        string[] ours = [SpecDirectory.Own, SpecDirectory.OwnJson];
        Specs.Write("vendor.json");
        Specs.Write("nvidia.yaml", "nvidia.com/gpu", "special");
        Specs.Write("nvidia-container-toolkit.json", "nvidia.com/gpu", "container");
        Specs.Write("gpu-runtime.yaml", device: "1");
        Specs.Write("gpu-runtime-nvidia.yml", device: "2");
        Specs.Write("gpu-runtime-nvidia.yaml.bak", device: "3");
        Specs.Write("my-gpu-runtime-nvidia.yaml", device: "4");
        Specs.Write("gpu-runtime-other.json", device: "5");
        Specs.Write(".gpu-runtime-nvidia.yaml", device: "6");
        Specs.Write("broken.yaml", "not a kind");
        Directory.CreateDirectory(Specs.Combine("deeper"));
        Specs.Write($"deeper/{SpecDirectory.Own}", device: "7");
        (await Command.Of("sh", "-c", """cd "$0" && ln vendor.json second-name.txt && ln -s vendor.json link.yaml && ln -s nowhere gone.json && chown 65534 broken.yaml && mkfifo fifo.json""", Specs.FullPath).RunAsync()).EnsureSuccess();
        var before = await Specs.ListingAsync(ours);

        await AssertOursAsync(Specs.TwoGpus, SpecDirectory.Own, "generate");
        await AssertOursAsync(Specs.TwoGpus, SpecDirectory.Own, "refresh");
        await AssertOursAsync(Specs.ThreeGpus, SpecDirectory.Own, "refresh");
        await AssertOursAsync(Specs.ThreeGpus, SpecDirectory.OwnJson, "generate", "--format", "json");
        await AssertOursAsync(Specs.TwoGpus, SpecDirectory.OwnJson, "refresh");
        await AssertOursAsync(Specs.TwoGpus, SpecDirectory.Own, "generate", "--format", "yaml");
        await AssertOursAsync(Specs.TwoGpus, SpecDirectory.Own, "list");
        await AssertOursAsync(Specs.NoGpu, null, "refresh");
        await AssertOursAsync(Specs.NoGpu, null, "refresh");

        async Task AssertOursAsync(string config, string? own, params string[] arguments)
        {
            (await Specs.Cdi(config, arguments).RunAsync()).EnsureSuccess();
            Assert.That(await Specs.ListingAsync(ours), Is.EqualTo(before), string.Join(' ', arguments));
            Assert.That(ours.Where(name => File.Exists(Specs.Combine(name))), Is.EqualTo(own is null ? [] : (string[])[own]), string.Join(' ', arguments));
        }
    }

    [Test]
    public async Task An_odd_file_stays_is_told_of_and_keeps_no_device_of_another_away([ValueSource(nameof(Names))] string name)
    {
        var good = Specs.Write("good.json");
        var oddity = SpecOddities.All.Single(one => one.Name == name);
        var odd = Specs.Combine(oddity.File);
        await oddity.MakeAsync(odd, good, Elsewhere);
        var before = await Specs.ListingAsync(SpecDirectory.Own);

        var generated = await Specs.Cdi(Specs.TwoGpus, "generate").RunAsync();
        var refreshed = await Specs.Cdi(Specs.ThreeGpus, "refresh").RunAsync();
        var listed = await Specs.Cdi(Specs.ThreeGpus, "list").RunAsync();

        Assert.That(await Specs.ListingAsync(SpecDirectory.Own), Is.EqualTo(before));
        generated.EnsureSuccess();
        refreshed.EnsureSuccess();
        Assert.That(Defined(listed), Does.Contain($"example.com/gpu=0 {good}").And.Contain($"nvidia.com/gpu=2 {Specs.Combine(SpecDirectory.Own)}"));
        if (name != SpecOddities.Many)
            Assert.That(listed.Error.TrimEnd('\n').Split('\n'), Has.Length.EqualTo(1).And.Some.StartsWith("not counted: ").And.Some.Contains(odd), listed.ToString());
    }

    [TestCase("a link to a file", "cp GOOD ELSEWHERE; ln -s ELSEWHERE PATH")]
    [TestCase("a link to another's specification", "ln -s good.json PATH")]
    [TestCase("a link to nowhere", "ln -s ELSEWHERE PATH")]
    [TestCase("a link to itself", "ln -s \"$(basename PATH)\" PATH")]
    [TestCase("a link to a device", "ln -s /dev/null PATH")]
    [TestCase("another's file by a second name", "ln GOOD PATH")]
    [TestCase("a FIFO", "mkfifo PATH")]
    [TestCase("a device", "mknod PATH c 1 3")]
    [TestCase("another user's file", "cp GOOD PATH; chown 65534 PATH; chmod 666 PATH")]
    public async Task What_has_our_name_is_replaced_and_what_it_leads_to_stays(string what, string script)
    {
        foreach (var (name, arguments) in (IEnumerable<(string, string[])>)[(SpecDirectory.Own, ["generate"]), (SpecDirectory.Own, ["refresh"]), (SpecDirectory.OwnJson, ["generate", "--format", "yaml"])])
        {
            await Specs.EmptyAsync();
            var good = Specs.Write("good.json");
            await new SpecOddity(what, name, script).MakeAsync(Specs.Combine(name), good, Elsewhere);
            var (before, elsewhere) = (await ContentsAsync(), await ElsewhereAsync());

            var result = await Specs.Cdi(Specs.TwoGpus, arguments).RunAsync();

            Assert.That(await ContentsAsync(), Is.EqualTo(before), what);
            Assert.That(await ElsewhereAsync(), Is.EqualTo(elsewhere), what);
            result.EnsureSuccess();
            Assert.That(Specs.Read(), Is.EqualTo((string[])["good.json", SpecDirectory.Own]), what);
            Assert.That(new FileInfo(Specs.Combine(SpecDirectory.Own)).LinkTarget, Is.Null, what);
            var listed = await Specs.Cdi(Specs.TwoGpus, "list").RunAsync();
            Assert.That(Defined(listed), Does.Contain($"nvidia.com/gpu=0 {Specs.Combine(SpecDirectory.Own)}").And.Contain($"example.com/gpu=0 {good}"), $"{what}: {listed}");

            async Task<string> ContentsAsync() => (await Command.Of("sh", "-c", """stat -c '%n %i %F %a %u %Y %s' "$0"; md5sum "$0" """, good).RunAsync()).EnsureSuccess().Output;
        }
    }

    [TestCase("generate", SpecDirectory.Own)]
    [TestCase("refresh", SpecDirectory.Own)]
    [TestCase("refresh", SpecDirectory.OwnJson)]
    public async Task A_directory_of_our_name_is_told_or_left_and_nothing_of_it_changes(string verb, string name)
    {
        Directory.CreateDirectory(Specs.Combine(name));
        await File.WriteAllTextAsync(Path.Combine(Specs.Combine(name), "kept"), "");
        var before = await Specs.ListingAsync(SpecDirectory.Own == name ? "" : SpecDirectory.Own);

        var result = await Specs.Cdi(Specs.TwoGpus, verb, "--vendor", "nvidia").RunAsync();

        Assert.That(await Specs.ListingAsync(SpecDirectory.Own == name ? "" : SpecDirectory.Own), Is.EqualTo(before));
        Assert.That(result.ExitCode, Is.EqualTo(name == SpecDirectory.Own ? 1 : 0), result.ToString());
        if (result.ExitCode != 0)
            AssertTold(result);
    }

    [TestCase("rm -r DIR; ln -s ELSEWHERE DIR")]
    [TestCase("rm -r DIR; : >DIR")]
    [TestCase("rm -r DIR; mkfifo DIR")]
    [TestCase("rm -r DIR; mknod DIR c 1 3")]
    [TestCase("rm -r DIR; ln -s cdi DIR")]
    public async Task A_directory_that_is_none_is_told_by_one_sentence_and_stays(string script)
    {
        (await Command.Of("sh", "-c", script.Replace("DIR", Specs.FullPath, StringComparison.Ordinal).Replace("ELSEWHERE", Elsewhere, StringComparison.Ordinal)).RunAsync()).EnsureSuccess();
        var before = await StatAsync();
        foreach (var verb in (string[])["generate", "refresh"])
            AssertTold(await Specs.Cdi(Specs.TwoGpus, verb, "--vendor", "nvidia").RunAsync());

        (await Specs.Cdi(Specs.TwoGpus, "list").RunAsync()).EnsureSuccess();

        Assert.That(await StatAsync(), Is.EqualTo(before));
        Assert.That(Directory.Exists(Elsewhere), Is.False);

        async Task<string> StatAsync() => (await Command.Of("stat", "-c", "%N %F %i %Y", Specs.FullPath).RunAsync()).EnsureSuccess().Output;
    }

    [TestCase("chmod 777 DIR")]
    [TestCase("chown 65534 DIR")]
    public async Task A_directory_that_others_may_write_to_does_not_count_and_is_told(string script)
    {
        Specs.Write("good.json");
        (await Specs.Cdi(Specs.TwoGpus, "generate").RunAsync()).EnsureSuccess();
        (await Command.Of("sh", "-c", script.Replace("DIR", Specs.FullPath, StringComparison.Ordinal)).RunAsync()).EnsureSuccess();

        var listed = (await Specs.Cdi(Specs.TwoGpus, "list").RunAsync()).EnsureSuccess();

        Assert.That(Defined(listed).Where(static line => line.Contains("/gpu=", StringComparison.Ordinal)), Is.Empty);
        Assert.That(listed.Error, Does.Match($@"\Anot counted: the CDI directory {Specs.FullPath} [^\n]*chmod go-w\n\z"));
    }

    // Somebody who may write there swaps our file for a link out, as fast as it goes.
    [Test]
    public async Task In_a_directory_that_everybody_may_write_to_nothing_is_written_through_a_link()
    {
        var decoy = Decoy.Create(Specs.Surroundings, "1");
        var target = Path.Combine(decoy.FullPath, "etc/ld.so.conf");
        var before = decoy.Content();
        (await Command.Of("chmod", "777", Specs.FullPath).RunAsync()).EnsureSuccess();
        await File.WriteAllTextAsync(Specs.Combine(SpecDirectory.Own), "");
        File.CreateSymbolicLink(Specs.Combine("swapped"), target);
        var written = 0;
        var attacker = new SwappingAttacker([(Specs.Combine(SpecDirectory.Own), Specs.Combine("swapped"))]);
        using (attacker)
        {
            for (var turn = 0; turn < 50; turn++)
                written += (await Specs.Cdi(turn % 2 == 0 ? Specs.ThreeGpus : Specs.TwoGpus, "generate", "--format", turn % 3 == 0 ? "json" : "yaml").RunAsync()).Output.Contains(": written", StringComparison.Ordinal) ? 1 : 0;
        }

        Assert.That(attacker.Swaps, Is.GreaterThan(50), "nobody attacked");
        Assert.That(written, Is.Positive);
        Assert.That(decoy.Content(), Is.EqualTo(before));
    }

    private static IEnumerable<string> Defined(CommandResult list) => list.Lines.Select(static line => string.Join(' ', line.Split(' ', StringSplitOptions.RemoveEmptyEntries)));

    private static void AssertTold(CommandResult result)
    {
        Assert.That(result.ExitCode, Is.EqualTo(1), result.ToString());
        Assert.That(result.Error, Does.Match(@"\Agpu-runtime: GRT5003: [^\n]+\n\z"), result.CommandLine);
    }

    private async Task<string> ElsewhereAsync() =>
        (await Command.Of("sh", "-c", """[ ! -f "$0" ] || { stat -c '%i %Y %Z' "$0"; md5sum "$0"; }""", Elsewhere).RunAsync()).EnsureSuccess().Output;
}

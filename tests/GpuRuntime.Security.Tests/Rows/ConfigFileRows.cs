using GpuRuntime.Security.Tests.Attacks;
using GpuRuntime.Security.Tests.Containers;
using GpuRuntime.Security.Tests.Tools;
using GpuRuntime.TestHosts;

namespace GpuRuntime.Security.Tests.Rows;

/// <summary>What lies in config.json's place when the runtime comes to edit it: another kind of file, another's file, a growing one, and a bundle that is swapped.</summary>
[Category("T18")]
public sealed class ConfigFileRows() : HookFixture(HookVerb.Runtime)
{
    private const int Swapped = 200;

    private string _configuration = "";

    // FILE is in the bundle; FILE.good the one that was there.
    [TestCase("ln -s FILE.good FILE")]
    [TestCase("ln -s /nowhere FILE")]
    [TestCase("ln -s /proc/self/fd/0 FILE")]
    [TestCase("mkfifo FILE")]
    [TestCase("mkdir FILE")]
    [TestCase("mknod FILE c 1 5")]
    [TestCase("truncate --size 200M FILE")]
    [TestCase(":")]
    public async Task What_is_no_file_of_a_bundle_is_refused_in_a_sentence_and_stays(string make)
    {
        var bundle = await CreateBundleAsync(new HookRequest());
        File.Move(bundle.ConfigPath, $"{bundle.ConfigPath}.good");
        (await Command.Of("sh", "-c", make.Replace("FILE", bundle.ConfigPath, StringComparison.Ordinal)).RunAsync()).EnsureSuccess();
        var before = FileListing.OfEntries(bundle.Directory);

        var result = await CreateAsync(Shim, bundle.Directory);

        Assert.That(HookSentence.Of(result), Does.Match("GRT130[23]"));
        Assert.That(FileListing.OfEntries(bundle.Directory), Is.EqualTo(before));
    }

    [Test]
    public async Task Another_name_of_the_file_keeps_what_it_says_and_the_owner_stays()
    {
        var bundle = await CreateBundleAsync(new HookRequest());
        (await Command.Of("sh", "-c", """ln "$1" "$1.other" && chown 1000:1001 "$1" && chmod 640 "$1" """, "sh", bundle.ConfigPath).RunAsync()).EnsureSuccess();
        var before = await File.ReadAllTextAsync(bundle.ConfigPath);

        (await CreateAsync(Shim, bundle.Directory)).EnsureSuccess();

        Assert.That(await File.ReadAllTextAsync($"{bundle.ConfigPath}.other"), Is.EqualTo(before));
        Assert.That(await File.ReadAllTextAsync(bundle.ConfigPath), Is.Not.EqualTo(before));
        Assert.That((await Command.Of("stat", "-c", "%u:%g %a", bundle.ConfigPath).RunAsync()).Output.Trim(), Is.EqualTo("1000:1001 640"));
    }

    [Test]
    public async Task A_file_that_grows_while_it_is_read_ends_in_a_sentence_or_is_read_as_it_was()
    {
        var bundle = await CreateBundleAsync(new HookRequest());
        using var output = new OutputFiles();
        using var writer = Command.Of("sh", "-c", """exec yes ' ' >>"$1" """, "sh", bundle.ConfigPath).Start(output.Prefix);
        try
        {
            var result = await CreateAsync(Shim, bundle.Directory);

            if (result.ExitCode != 0)
                Assert.That(HookSentence.Of(result), Does.Match("GRT130[34]"));
        }
        finally
        {
            writer.Kill();
            await writer.WaitForExitAsync();
        }
    }

    // Each says which it is: neither may ever get the text of the other, and no file may be left in either.
    [Test]
    public async Task A_bundle_that_is_swapped_for_another_gets_nothing_of_its_text() => Assert.That(await MixedUpAsync(Shim, Swapped), Is.Zero);

    [Test]
    [Category("Control")]
    public async Task A_runtime_that_opens_the_bundle_by_name_twice_mixes_up_two() =>
        Assert.That(await MixedUpAsync(WeakProgram.Runtime(Machine.Directory, """text=$(cat "$bundle/config.json"); printf '%s' "$text" >"$bundle/config.json" """, "/bin/true"), Swapped), Is.Positive);

    private async Task<int> MixedUpAsync(string program, int most)
    {
        var mixed = 0;
        var directory = Machine.Directory.CreateSubdirectory("swapped", NewId());
        var bundles = new List<Bundle>();
        foreach (var which in (string[])["first", "second"])
        {
            await HookImage.CopyAsync(Image, Path.Combine(Directory.CreateDirectory(Path.Combine(directory, which)).FullName, "rootfs"));
            bundles.Add(Bundle.Create(Path.Combine(directory, which), Path.Combine(directory, which, "rootfs"), BundleEngine.DefaultOptions with
            {
                Env = ["NVIDIA_VISIBLE_DEVICES=0", "NVIDIA_DRIVER_CAPABILITIES=utility"],
                Edit = spec => spec["hostname"] = which,
            }));
        }

        string[] texts = [.. bundles.Select(static bundle => File.ReadAllText(bundle.ConfigPath))];
        for (var run = 0; run < most && mixed == 0; run++)
        {
            foreach (var (bundle, text) in bundles.Zip(texts))
                await File.WriteAllTextAsync(bundle.ConfigPath, text);
            using (new SwappingAttacker([(bundles[0].Directory, bundles[1].Directory)]))
                await CreateAsync(program, bundles[0].Directory);
            for (var index = 0; index < bundles.Count; index++)
            {
                mixed += (string?)bundles[index].ReadConfig()["hostname"] == (index == 0 ? "first" : "second") ? 0 : 1;
                Assert.That(Directory.GetFileSystemEntries(bundles[index].Directory).Select(Path.GetFileName), Is.EquivalentTo((string[])["config.json", "rootfs"]));
            }
        }

        return mixed;
    }

    private Task<CommandResult> CreateAsync(string program, string bundle) =>
        (Runtime("create", "--bundle", bundle, NewId()) with { Program = program, Limit = TimeSpan.FromSeconds(30) }).WithEnvironment("GPU_RUNTIME_CONFIG", _configuration).RunAsync();

    private protected override async Task PrepareAsync()
    {
        await base.PrepareAsync();
        _configuration = StandInConfiguration();
    }
}

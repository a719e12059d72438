using GpuRuntime.Security.Tests.Containers;
using GpuRuntime.Security.Tests.Tools;

namespace GpuRuntime.Security.Tests.Rows;

/// <summary>
/// A create with few descriptors, little memory, small files, few processes: it is whole, or has changed nothing and says why. The low-level runtime is a
/// stand-in.
/// </summary>
[Category("T26")]
public sealed class FewResourcesRows : FaultFixture
{
    private static readonly int[] Descriptors = [.. Enumerable.Range(0, 24)];
    private static readonly int[] FileBytes = [0, 1, 100, 1000, 2000, 4000, 8000, 16000, 1 << 20];
    private static readonly int[] AddressMebibytes = [8, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512, 1024];
    private static readonly int[] StackKibibytes = [16, 32, 64, 128, 256, 1024];

    private static IEnumerable<TestCaseData> Limits =>
    [
        new("nofile", Descriptors, 1),
        new("fsize", FileBytes, 1),
        new("as", AddressMebibytes, 1 << 20),
        new("stack", StackKibibytes, 1 << 10),
    ];

    [TestCaseSource(nameof(Limits))]
    public async Task A_create_is_whole_or_has_changed_nothing(string resource, int[] numbers, int unit)
    {
        var bundle = Bundle(capabilities: "all");
        var config = await File.ReadAllTextAsync(bundle.ConfigPath);
        Begin();
        (await Verb("create", "--bundle", bundle.Directory, "limited").RunAsync()).EnsureSuccess();
        var edited = await File.ReadAllTextAsync(bundle.ConfigPath);
        var (failures, ends, successes) = (0, 0, 0);
        foreach (var number in numbers)
        {
            Begin();
            await File.WriteAllTextAsync(bundle.ConfigPath, config);
            var create = Verb("create", "--bundle", bundle.Directory, "limited");
            var result = await (create with { Program = "prlimit", Arguments = [$"--{resource}={(long)number * unit}", create.Program, .. create.Arguments] }).RunAsync();
            var when = $"{resource} {number}: {result}";
            if (result.ExitCode == 0)
            {
                successes++;
                Assert.That(await File.ReadAllTextAsync(bundle.ConfigPath), Is.EqualTo(edited), when);
                Assert.That(Ledger.HeldBy("limited"), Has.Length.EqualTo(2), when);
                continue;
            }

            if (Fault.IsAbort(result))
            {
                // The kernel, or a runtime library, ended it where it was: as if it was killed.
                ends++;
                await AssertNothingLostAsync(Everything, when);
                foreach (var file in Directory.GetFiles(bundle.Directory).Where(path => path != bundle.ConfigPath))
                    File.Delete(file);
                continue;
            }

            failures++;
            var isStarted = result.Error.Contains("GRT1202", StringComparison.Ordinal) || !result.Error.Contains("GRT", StringComparison.Ordinal);
            Assert.That(await File.ReadAllTextAsync(bundle.ConfigPath), Is.EqualTo(isStarted ? edited : config), when);
            Assert.That(Directory.GetFileSystemEntries(bundle.Directory).Select(Path.GetFileName), Is.EquivalentTo((string[])["config.json", "rootfs"]), when);
            await AssertNothingLostAsync(Everything, when);
        }

        TestContext.Out.WriteLine($"{resource}: {failures} failed, {ends} were ended, {successes} were whole");
        Assert.That(failures + ends, Is.Positive);
    }
}

namespace GpuRuntime.EndToEnd.Tests.Configure;

/// <summary>Disks that are full and power that goes, at every system call that writes: an engine finds the old file or the new one.</summary>
public sealed class ConfigureFaultRows : ConfigureFixture
{
    private const string Before = "{\n  \"debug\": true\n}\n";
    // openat2 makes the temporary files, and fchown follows the content.
    private static readonly string[] Calls = ["write", "fchown", "fchmod", "fsync", "renameat"];

    [Test]
    public async Task A_call_that_fails_leaves_the_old_file_alone_or_the_new_one_with_its_backup([ValueSource(nameof(Calls))] string call)
    {
        var after = await ConfiguredAsync();
        var failures = 0;
        for (var number = 1; ; number++)
        {
            Clear();
            var (result, isHit) = await FaultyAsync(call, $"error=ENOSPC:when={number}");
            if (!isHit)
                break;
            var isTold = result.Error.Contains("GRT5103", StringComparison.Ordinal);
            failures += isTold ? 1 : 0;
            // A terminal that cannot be written to is no reason to take back what is done.
            Assert.That(Listing(), Is.EqualTo(isTold ? $"/daemon.json: {Before}" : after), $"{number}: {result}");
            Assert.That(isTold, Is.EqualTo(result.Error.Contains("ENOSPC", StringComparison.Ordinal)));
            Assert.That(result.ExitCode, isTold ? Is.EqualTo(1) : Is.LessThanOrEqualTo(1));
        }

        Assert.That(failures, Is.EqualTo(2), "the call is made for the backup and for the file");
    }

    [Test]
    public async Task A_process_that_is_killed_leaves_the_old_file_or_the_new_one_and_the_next_call_goes_on_from_there()
    {
        var after = await ConfiguredAsync();
        var states = new HashSet<string>();
        foreach (var call in Calls.Append("openat2"))
        {
            for (var number = 1; ; number++)
            {
                Clear();
                var (result, _) = await FaultyAsync(call, $"signal=KILL:when={number}");
                if (result.ExitCode == 0)
                    break;
                var content = await File.ReadAllTextAsync(Directory.Combine("daemon.json"));
                states.Add(content);
                Assert.That($"/daemon.json: {content}", Is.EqualTo($"/daemon.json: {Before}").Or.EqualTo(after.Split("\n/daemon.json.gpu")[0]), $"{call} {number}");

                var file = Directory.Combine("daemon.json");
                (await Configure("docker", file).RunAsync()).EnsureSuccess();
                (await Configure("docker", file, "--remove").RunAsync()).EnsureSuccess();
                Assert.That(File.ReadAllText(file), Is.EqualTo(Before), $"{call} {number}");
                Assert.That(file + ".gpu-runtime.bak", Does.Not.Exist, $"{call} {number}");
            }
        }

        Assert.That(states, Has.Count.EqualTo(2), "both were met");
    }

    private async Task<(CommandResult Result, bool IsHit)> FaultyAsync(string call, string fault)
    {
        var log = Directory.Combine("log");
        var result = await Command.Of(
            Available(() => Programs.Engine("strace")), "-f", "-qq", "-o", log, "-e", $"trace={call}", "-e", $"inject={call}:{fault}",
            Programs.GpuRuntime, "configure", "docker", "--file", Write("daemon.json", Before)).RunAsync();
        var isHit = (await File.ReadAllTextAsync(log)).Contains("(INJECTED)", StringComparison.Ordinal);
        File.Delete(log);
        return (result, isHit);
    }

    private async Task<string> ConfiguredAsync()
    {
        (await Configure("docker", Write("daemon.json", Before)).RunAsync()).EnsureSuccess();
        return Listing();
    }

    private void Clear()
    {
        foreach (var file in System.IO.Directory.EnumerateFiles(Directory.FullPath))
            File.Delete(file);
    }
}

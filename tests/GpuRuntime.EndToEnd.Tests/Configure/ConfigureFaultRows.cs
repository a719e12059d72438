namespace GpuRuntime.EndToEnd.Tests.Configure;

/// <summary>Disks that are full and power that goes, at every system call that writes: an engine finds the old file or the new one.</summary>
public sealed class ConfigureFaultRows : ConfigureFixture
{
    private const string Before = "{\n  \"debug\": true\n}\n";
    private const string Calls = "openat2,write,fchown,fchmod,fsync,renameat,unlinkat";

    [Test]
    public async Task A_call_that_fails_leaves_the_old_file_alone_or_the_new_one_with_its_backup()
    {
        string[] calls = ["write", "fchown", "fchmod", "fsync", "renameat"];
        var strace = Programs.Engine("strace");
        var after = await ConfiguredAsync();
        foreach (var call in calls)
        {
            var hits = 0;
            for (var number = 1; ; number++)
            {
                var file = Write("daemon.json", Before);
                var log = Directory.Combine("log");
                var result = await Traced(strace, $"{call}:error=ENOSPC:when={number}", call, file, log).RunAsync();
                if (!(await File.ReadAllTextAsync(log)).Contains("(INJECTED)", StringComparison.Ordinal))
                    break;
                hits++;
                File.Delete(log);

                // A terminal that cannot be written to is no reason to take back what is done.
                Assert.That(Listing(), Is.EqualTo(result.ExitCode == 0 ? after : $"/daemon.json: {Before}"), $"{call} {number}: {result}");
                if (result.ExitCode != 0)
                    Assert.That(result.Error, Does.Contain("GRT5103").And.Contain("ENOSPC"), $"{call} {number}");
                await ClearAsync();
            }

            Assert.That(hits, Is.GreaterThanOrEqualTo(2), $"{call} is called for the backup and for the file");
            await ClearAsync();
        }
    }

    [Test]
    public async Task A_process_that_ends_at_any_call_leaves_the_old_file_or_the_new_one_and_the_next_call_brings_it_to_its_end()
    {
        var strace = Programs.Engine("strace");
        var after = await ConfiguredAsync();
        var states = new HashSet<string>();
        for (var number = 1; ; number++)
        {
            var file = Write("daemon.json", Before);
            var log = Directory.Combine("log");
            var result = await Traced(strace, $"{Calls}:signal=KILL:when={number}", Calls, file, log).RunAsync();
            File.Delete(log);
            if (result.ExitCode == 0)
                break;
            var content = await File.ReadAllTextAsync(file);
            states.Add(content);
            Assert.That($"/daemon.json: {content}", Is.EqualTo($"/daemon.json: {Before}").Or.EqualTo(after.Split("\n/daemon.json.gpu")[0]), $"call {number}");

            (await Configure("docker", file).RunAsync()).EnsureSuccess();
            foreach (var leftOver in System.IO.Directory.EnumerateFiles(Directory.FullPath, ".gpu-runtime-*"))
                File.Delete(leftOver);
            Assert.That(Listing(), Is.EqualTo(after), $"call {number}");
            (await Configure("docker", file, "--remove").RunAsync()).EnsureSuccess();
            Assert.That(Listing(), Is.EqualTo($"/daemon.json: {Before}"), $"call {number}");
        }

        Assert.That(states, Has.Count.EqualTo(2), "both were met");
    }

    private static Command Traced(string strace, string fault, string calls, string file, string log) =>
        Command.Of(strace, "-f", "-qq", "-o", log, "-e", $"trace={calls}", "-e", $"inject={fault}", Programs.GpuRuntime, "configure", "docker", "--file", file);

    private async Task<string> ConfiguredAsync()
    {
        (await Configure("docker", Write("daemon.json", Before)).RunAsync()).EnsureSuccess();
        var listing = Listing();
        await ClearAsync();
        return listing;
    }

    private async Task ClearAsync()
    {
        foreach (var file in System.IO.Directory.EnumerateFiles(Directory.FullPath))
            File.Delete(file);
        await Task.CompletedTask;
    }
}

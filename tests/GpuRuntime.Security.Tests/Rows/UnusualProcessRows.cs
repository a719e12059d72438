using GpuRuntime.Security.Tests.Containers;

namespace GpuRuntime.Security.Tests.Rows;

/// <summary>Names that a container chooses itself, in the tables of its process.</summary>
[Category("T23")]
public sealed class UnusualProcessRows : FakeContainerFixture
{
    // /proc/PID/stat writes the name between parentheses, /proc/PID/status behind a colon.
    [TestCase("a) R 1 1 (")]
    [TestCase("0::_ :")]
    [TestCase("a\\nPid:\\t1\\nb")]
    public async Task A_process_may_be_called_anything(string name)
    {
        var program = Path.Combine(Machine.Directory.CreateSubdirectory("named-programs"), name);
        File.CreateSymbolicLink(program, "/bin/sleep");
        var bundle = await CreateBundleAsync(new HookRequest());
        await using var container = await FakeContainer.StartAsync(bundle, await CreateCgroupAsync(CgroupVersion.V1), sleep: program);
        while (!(await File.ReadAllTextAsync($"/proc/{container.Pid}/comm")).StartsWith(name[..2], StringComparison.Ordinal))
            await Task.Delay(2);

        (await HookFor(container.StatePath).RunAsync()).EnsureSuccess();

        Probe.AssertAllOpen(await OpenInAsync(container, FirstGpu), FirstGpu);
    }

    // The fourth value of proc_pid_stat(5) is the parent's number, to whoever looks for the last parenthesis.
    [Test]
    [Category("Control")]
    public async Task Whoever_splits_the_table_at_spaces_reads_another_number()
    {
        var program = Path.Combine(Machine.Directory.CreateSubdirectory("named-programs"), "b) R 1 1 (");
        File.CreateSymbolicLink(program, "/bin/sleep");
        await using var container = await FakeContainer.StartAsync(await CreateBundleAsync(new HookRequest()), await CreateCgroupAsync(CgroupVersion.V1), sleep: program);
        var stat = "";
        while (!stat.Contains("(b)", StringComparison.Ordinal))
            stat = await File.ReadAllTextAsync($"/proc/{container.Pid}/stat");

        Assert.That(stat.Split(' ')[3], Is.EqualTo("1").And.Not.EqualTo($"{Environment.ProcessId}"), stat);
    }

    [TestCase("a b (c) 0::d")]
    [TestCase("devices:x:y")]
    [TestCase("\\040\\012")]
    [TestCase("..b")]
    [TestCase("c (deleted)")]
    public async Task A_cgroup_may_be_called_anything(string name)
    {
        foreach (var version in Enum.GetValues<CgroupVersion>())
        {
            var bundle = await CreateBundleAsync(new HookRequest());
            await using var container = await FakeContainer.StartAsync(bundle, await CreateCgroupAsync(version, name));
            (await Command.Of("mknod", $"{container.Root}/dev/other", "c", "195", "250").RunAsync()).EnsureSuccess();

            (await HookFor(container.StatePath).RunAsync()).EnsureSuccess();

            var opened = await OpenInAsync(container, FirstGpu, "/dev/other");
            Probe.AssertAllOpen(opened, FirstGpu);
            Assert.That(Probe.Results(opened)["/dev/other"], Is.EqualTo(Probe.Denied), "the answers are not this cgroup's");
        }
    }
}

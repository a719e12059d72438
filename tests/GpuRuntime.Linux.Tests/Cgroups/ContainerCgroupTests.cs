using System.Diagnostics;
using GpuRuntime.Core.Errors;
using GpuRuntime.Linux.Cgroups;
using GpuRuntime.Linux.Interop;

namespace GpuRuntime.Linux.Tests.Cgroups;

/// <summary>The cgroup of a running process, found, read, written and emptied by the machine's kernel.</summary>
[TestFixture(1)]
[TestFixture(2)]
public sealed class ContainerCgroupTests(int version)
{
    private readonly List<Process> _processes = [];
    private TestCgroup? _cgroup;

    private TestCgroup Cgroup => _cgroup!;

    [SetUp]
    public void MakeCgroup() => _cgroup = version == 2 ? TestCgroup.OfVersion2() : TestCgroup.OfVersion1();

    [TearDown]
    public void EndProcesses()
    {
        foreach (var process in _processes)
        {
            process.Kill();
            process.WaitForExit();
            process.Dispose();
        }

        _processes.Clear();
        _cgroup?.Dispose();
    }

    [Test]
    public void It_is_the_directory_that_the_process_was_put_in()
    {
        using var cgroup = ContainerCgroup.Of(Start(Cgroup).Id);

        Assert.That((cgroup!.Directory, cgroup.IsVersion2), Is.EqualTo((Cgroup.Path, version == 2)));
    }

    [Test]
    public void A_process_that_is_gone_has_none()
    {
        var process = Start(Cgroup);
        process.Kill();
        process.WaitForExit();

        Assert.That(ContainerCgroup.Of(process.Id), Is.Null);
    }

    [Test]
    public void The_cgroup_of_this_very_process_is_nobodys_alone() =>
        Assert.That(Refusal.Of(ErrorCode.LimitUnavailable, () => ContainerCgroup.Of(Environment.ProcessId)), Does.Contain($"Process {Environment.ProcessId} is in the cgroup /"));

    [Test]
    public void A_process_that_was_put_in_none_shares_its_callers()
    {
        var process = Command.Start("sleep", "60");
        _processes.Add(process);

        Assert.That(Refusal.Of(ErrorCode.LimitUnavailable, () => ContainerCgroup.Of(process.Id)), Does.Contain("not its container's alone"));
    }

    [Test]
    public void A_file_is_read_and_one_that_is_not_there_is_absent()
    {
        var process = Start(Cgroup);
        using var cgroup = ContainerCgroup.Of(process.Id)!;

        Assert.That(cgroup.Read("cgroup.procs"), Is.EqualTo($"{process.Id}"));
        Assert.That(cgroup.Read("dmem.none"), Is.Null);
        Assert.That((cgroup.Has("cgroup.procs"), cgroup.Has("dmem.none")), Is.EqualTo((true, false)));
    }

    [Test]
    public void A_value_is_written_and_read_back()
    {
        var file = version == 2 ? "cgroup.max.depth" : "notify_on_release";
        using var cgroup = ContainerCgroup.Of(Start(Cgroup).Id)!;

        cgroup.Write(file, "1");

        Assert.That(cgroup.Read(file), Is.EqualTo("1"));
    }

    [Test]
    public void What_the_kernel_does_not_take_fails_and_names_the_file()
    {
        using var cgroup = ContainerCgroup.Of(Start(Cgroup).Id)!;

        Assert.That(() => cgroup.Write("cgroup.procs", "nobody"), Throws.InstanceOf<LinuxException>().With.Message.Contains($"{Cgroup.Path}/cgroup.procs (nobody)"));
        Assert.That(() => cgroup.Write("dmem.none", "1"), Throws.InstanceOf<LinuxException>().With.Message.Contains($"{Cgroup.Path}/dmem.none"));
        Assert.That(File.Exists(Path.Combine(Cgroup.Path, "dmem.none")), Is.False);
    }

    [TestCase("../cgroup.procs")]
    [TestCase("/etc/passwd")]
    [TestCase("..")]
    public void No_name_leads_out_of_the_cgroup(string name)
    {
        using var cgroup = ContainerCgroup.Of(Start(Cgroup).Id)!;

        Assert.That(cgroup.Has(name), Is.False);
        Assert.That(() => cgroup.Write(name, "1"), Throws.InstanceOf<LinuxException>());
        Assert.That(() => cgroup.Read(name), Throws.InstanceOf<LinuxException>());
    }

    [Test]
    public void Its_processes_are_those_of_the_cgroups_below_too()
    {
        var first = Start(Cgroup);
        using var cgroup = ContainerCgroup.Of(first.Id)!;
        WithNested(nested =>
        {
            var second = Start(nested);
            Assert.That(cgroup.Processes(), Is.EqualTo(new[] { first.Id, second.Id }.Order()));
            End(second);
        });
    }

    [Test]
    public void Killing_ends_every_process_in_it_and_below()
    {
        var processes = new List<Process> { Start(Cgroup), Start(Cgroup) };
        using var cgroup = ContainerCgroup.Of(processes[0].Id)!;
        WithNested(nested =>
        {
            processes.Add(Start(nested));
            cgroup.Kill();
            processes.ForEach(process => Assert.That(process.WaitForExit(TimeSpan.FromSeconds(30)), $"process {process.Id} runs on"));
            Assert.That(processes.Select(process => process.ExitCode), Is.All.EqualTo(128 + Libc.SignalKill));
        });
        Assert.That(cgroup.Processes(), Is.Empty);
    }

    [Test]
    public void Killing_reaches_those_that_fork_all_the_time()
    {
        var forking = Start(Cgroup, "while :; do sleep 60 & done");
        using var cgroup = ContainerCgroup.Of(forking.Id)!;
        while (cgroup.Processes().Length < 50)
            Thread.Yield();

        cgroup.Kill();

        Assert.That(() => cgroup.Processes(), Is.Empty.After(30_000, 20));
    }

    [Test]
    public void Without_cgroup_kill_the_processes_are_killed_one_by_one()
    {
        var forking = Start(Cgroup, "while :; do sleep 60 & done");
        using var directory = Cgroup.Open();
        while (CgroupProcesses.Of(directory, Cgroup.Path).Length < 50)
            Thread.Yield();

        CgroupProcesses.Kill(directory, Cgroup.Path);

        Assert.That(CgroupProcesses.Of(directory, Cgroup.Path), Is.Empty);
    }

    [Test]
    public void A_cgroup_that_was_deleted_is_empty_and_not_another_of_its_name()
    {
        var process = Start(Cgroup);
        using var cgroup = ContainerCgroup.Of(process.Id)!;
        End(process);
        Directory.Delete(Cgroup.Path);
        Directory.CreateDirectory(Cgroup.Path);
        Start(Cgroup);

        Assert.That(cgroup.Read("cgroup.procs"), Is.Null);
        Assert.That(cgroup.Processes(), Is.Empty);
    }

    private Process Start(TestCgroup cgroup, string command = "exec sleep 60")
    {
        // In its cgroup before it says so.
        var process = Command.Start("sh", "-c", $"echo $$ >{cgroup.Path}/cgroup.procs && echo ready && {{ {command}; }} >/dev/null 2>&1");
        _processes.Add(process);
        Assert.That(process.StandardOutput.ReadLine(), Is.EqualTo("ready"));
        return process;
    }

    private void End(Process process)
    {
        process.Kill();
        process.WaitForExit();
        process.Dispose();
        _processes.Remove(process);
    }

    private void WithNested(Action<TestCgroup> action)
    {
        var nested = Cgroup.Below("nested");
        try
        {
            action(nested);
        }
        finally
        {
            Directory.Delete(nested.Path);
        }
    }
}

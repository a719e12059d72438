using System.Collections.Immutable;
using System.Diagnostics;
using GpuRuntime.Agent.Monitoring.Processes;
using GpuRuntime.Core.Allocation;
using GpuRuntime.Core.Configuration;
using GpuRuntime.Linux.Monitoring;

namespace GpuRuntime.Linux.Tests.Monitoring.Processes;

/// <summary>Looks at the real processes of this machine.</summary>
public sealed class ManyProcessesTests : DirectoryFixture
{
    private const int Count = 5000;

    private Process? _parent;

    [TearDown]
    public void EndChildren()
    {
        // The children are in the session of their parent, and end with it: it kills them when its input ends.
        if (_parent is null)
            return;
        _parent.StandardInput.Close();
        _parent.WaitForExit();
        _parent.Dispose();
    }

    [Test]
    public void A_process_that_begins_is_listed_above_the_numbers_of_before_without_a_list_of_all()
    {
        using var proc = new KernelFiles("/proc");
        using var list = new ProcessList(proc);
        var last = list.LastNumber();
        Assert.That(last, Is.Not.Null);
        Start(3);

        var above = list.Above(last!.Value);
        Assert.That(above, Is.SupersetOf(new[] { _parent!.Id }).And.All.GreaterThan(last.Value));
        Assert.That(above, Is.SubsetOf(list.All().Concat(above!)).And.Ordered);
    }

    [Test]
    public void Turns_through_the_list_come_to_every_process()
    {
        Start(100);
        using var proc = new KernelFiles("/proc");
        using var list = new ProcessList(proc);
        var seen = new HashSet<int>();
        while (list.Next(10) is { Count: > 0 } pids)
            seen.UnionWith(pids);

        Assert.That(seen, Is.SupersetOf(Children()).And.Contains(Environment.ProcessId));
    }

    [Test]
    [Explicit("It starts thousands of processes, and tells what a look at them costs.")]
    public void A_pass_over_thousands_of_processes_costs_little()
    {
        Start(Count);
        Temporary.MakeDirectory("sys");
        Temporary.MakeDirectory("dev");
        using var look = new ProcessLook(new RuntimeConfiguration { HostRoot = Temporary.Path, HostProc = "/proc" });
        ImmutableArray<HeldUnit> units = [.. HeldUnit.Of(ProcessTree.Amd)];
        Measure(seconds => look.Read(units, TimeSpan.FromSeconds(seconds)));
    }

    [TestCase(500)]
    [TestCase(5000)]
    [Explicit("It tells what a look at thousands of processes costs of which many use a GPU, in a simulated tree.")]
    public void A_pass_over_many_users_of_GPUs_costs_little(int users)
    {
        using var tree = new ProcessTree(Temporary, ProcessTree.Amd, ProcessTree.Xe);
        for (var pid = 1; pid <= Count; pid++)
        {
            tree.Begin(pid);
            if (pid <= users)
                tree.Open(pid, 5, ProcessTree.AmdgpuFile(pid, "pasid:\t32771\ndrm-memory-vram:\t2048 KiB\ndrm-memory-gtt:\t0 KiB\ndrm-memory-cpu:\t0 KiB\namd-evicted-vram:\t0 KiB\ndrm-resident-vram:\t4096 KiB\ndrm-engine-gfx:\t3000000 ns\ndrm-engine-compute:\t500 ns\ndrm-engine-dma:\t500 ns\n"));
        }

        Measure(tree.Read);
    }

    private static void Measure(Func<double, object> read)
    {
        var before = Environment.CpuUsage.TotalTime;
        read(0);
        TestContext.Out.WriteLine($"first pass: {(Environment.CpuUsage.TotalTime - before).TotalMilliseconds:0.0} ms");
        const int passes = 100;
        for (var round = 0; round < 4; round++)
        {
            before = Environment.CpuUsage.TotalTime;
            var allocated = GC.GetTotalAllocatedBytes();
            for (var pass = 1; pass <= passes; pass++)
                read((round * passes) + pass);
            TestContext.Out.WriteLine($"a pass: {(Environment.CpuUsage.TotalTime - before).TotalMilliseconds / passes:0.00} ms, {(GC.GetTotalAllocatedBytes() - allocated) / passes} bytes");
        }
    }

    private void Start(int count)
    {
        _parent = Process.Start(new ProcessStartInfo("bash", ["-c", $"for ((i = 0; i < {count}; i++)); do sleep 600 & done; echo started; read -r; kill $(jobs -p); wait"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        _ = _parent.StandardOutput.ReadLine();
    }

    private int[] Children() => [.. File.ReadAllText($"/proc/{_parent!.Id}/task/{_parent.Id}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(int.Parse)];
}

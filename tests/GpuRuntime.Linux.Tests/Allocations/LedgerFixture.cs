using System.Collections.Immutable;
using System.Diagnostics;
using GpuRuntime.Core.Allocation;
using GpuRuntime.Core.Configuration;
using GpuRuntime.Core.Errors;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Core.Limits;
using GpuRuntime.Core.Requests;
using GpuRuntime.Linux.Allocations;
using GpuRuntime.Linux.Paths;

namespace GpuRuntime.Linux.Tests.Allocations;

/// <summary>A ledger of each test's own over four GPUs, and containers that live and end as tests want.</summary>
public abstract class LedgerFixture : DirectoryFixture
{
    private readonly List<Process> _processes = [];

    private protected static ImmutableArray<Gpu> Gpus { get; } = [.. Enumerable.Range(0, 4).Select(index => new Gpu
    {
        Vendor = GpuVendor.Nvidia,
        Index = index,
        PciAddress = PciAddress.Parse($"0000:0{index + 1}:00.0")!.Value,
    })];

    /// <summary>No process has it.</summary>
    private protected static ProcessIdentity Gone { get; } = new(1 << 23, 1);

    private protected string State => Temporary.Combine("state");

    private protected string Entries => Path.Combine(State, "allocations");

    private protected string Holders => Path.Combine(Entries, "holders");

    private protected string RuntimeRoot => Temporary.Combine("runc");

    private protected AllocationLedger Ledger => new(State);

    private protected static string Unit(int index) => Gpus[index].PciAddress.ToString();

    private protected AllocationOwner Owner(string container) => AllocationOwner.OfRuntime(container, RuntimeRoot, "runc");

    /// <summary>A process that runs until the test ends.</summary>
    private protected ProcessIdentity Running()
    {
        var process = Command.Start("sleep", "1000");
        _processes.Add(process);
        return ProcessStat.Of(process.Id)!;
    }

    private protected void End(ProcessIdentity process)
    {
        var running = _processes.Single(one => one.Id == process.Pid);
        running.Kill();
        running.WaitForExit();
    }

    /// <summary>What a container gets, by the ids of the units.</summary>
    /// <param name="process">Its creator; one that runs by default.</param>
    private protected string Reserve(string container, string request, ProcessIdentity? process = null) => Reserve(Owner(container), request, process);

    private protected string Reserve(AllocationOwner owner, string request, ProcessIdentity? process = null)
    {
        var allocation = Ledger.For(owner, Temporary.Combine("bundle"), process ?? Running()).Reserve(holdings => Decide(request, holdings));
        return string.Join(' ', allocation.Units.Select(unit => unit.Id));
    }

    private protected string Refused(string container, string request, ErrorCode code = ErrorCode.GpuHeld) =>
        Refusal.Of(code, () => Reserve(container, request));

    /// <summary>Every GPU is free: one container could have them all for itself.</summary>
    private protected void AssertNothingHeld()
    {
        Assert.That(Reserve("everything", "all,mode=exclusive", Gone), Is.EqualTo("nvidia:0 nvidia:1 nvidia:2 nvidia:3"));
        Ledger.Release(Owner("everything"));
    }

    /// <summary>CONTAINER: UNIT... of every entry.</summary>
    private protected string[] Held() => [.. Ledger.Read().Select(entry => $"{entry.Container}: {string.Join(' ', entry.Units.Select(unit => unit.Id))}")];

    private protected string[] HolderNames(int index) => Directory.Exists(Path.Combine(Holders, Unit(index))) ? TreeListing.Names(Path.Combine(Holders, Unit(index))) : [];

    private protected Allocation Decide(string request, IHoldings holdings)
    {
        var configuration = RuntimeConfiguration.Default with { HostRoot = Temporary.MakeDirectory("no-host"), StateDirectory = State };
        using var root = new LinuxHostRoot(configuration);
        return Allocator.Allocate(RequestGrammar.Parse(request, RequestReader.GpusVariable)!, Gpus, new LimitFacts(root, NoLimitHost.Instance, configuration), holdings);
    }

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
    }
}

using System.Collections.Immutable;
using System.Globalization;
using GpuRuntime.Agent.Kubernetes.PodResources;
using GpuRuntime.Agent.Monitoring;
using GpuRuntime.Agent.Monitoring.Attribution;
using GpuRuntime.Core.Allocation;
using GpuRuntime.Core.Configuration;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Core.Monitoring.Samples;
using GpuRuntime.Core.Requests;
using GpuRuntime.Linux.Allocations;

namespace GpuRuntime.Linux.Tests.Monitoring.Attribution;

/// <summary>Whose processes they are, in a tree that stands for /proc, with a ledger of the test's own.</summary>
public sealed class ContainerAttributionTests : DirectoryFixture, IDisposable
{
    private const string Id = "4a7d1f0e9b3c5a6d8e2f1a0b9c8d7e6f5a4b3c2d1e0f9a8b7c6d5e4f3a2b1c0d";
    private const string Other = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

    private static readonly Gpu Gpu = new() { Vendor = GpuVendor.Amd, Index = 0, PciAddress = PciAddress.Parse("0000:03:00.0")!.Value, Driver = "amdgpu" };
    private static readonly ImmutableArray<HeldUnit> Units = HeldUnit.Of(Gpu);

    private ContainerAttribution? _attribution;

    [SetUp]
    public void MakeHost()
    {
        foreach (var tree in (string[])["proc", "sys", "dev"])
            Temporary.MakeDirectory(tree);
        _attribution = new ContainerAttribution(new RuntimeConfiguration { HostRoot = Temporary.Path, StateDirectory = Temporary.Combine("state") }, new PodWatch("", TimeProvider.System));
    }

    [TearDown]
    public void Dispose()
    {
        _attribution?.Dispose();
        _attribution = null;
    }

    [Test]
    public void A_process_is_its_containers_and_one_of_the_host_is_nobodys()
    {
        Begin(7, 100, $"0::/docker/{Id}");
        Begin(8, 100, "0::/user.slice");

        var use = Attribute(0, new GpuProcess(8, "amd:0"), new GpuProcess(7, "amd:0") { MemoryBytes = 10, UtilizationRatio = 0.25, BusySeconds = 3 });

        Assert.That(use.Processes.Select(process => (process.Process.Pid, process.Container?.Id)), Is.EqualTo(((int, string?)[])[(7, Id), (8, null)]));
        var unit = use.Containers.Single().Units.Single();
        Assert.That((unit.UnitId, unit.IsGranted, unit.MemoryUsedBytes, unit.UtilizationRatio, unit.BusySeconds, unit.ProcessCount), Is.EqualTo(("amd:0", false, 10L, 0.25, 3.0, 1)));
        Assert.That((use.Containers[0].Since, use.Containers[0].Mode, use.Problems.Length), Is.EqualTo(((DateTimeOffset?)null, (SharingMode?)null, 0)));
    }

    [Test]
    public void A_number_that_another_process_has_taken_is_looked_at_anew_at_once()
    {
        Begin(7, 100, $"0::/docker/{Id}");
        Assert.That(ContainerOf(Attribute(0, new GpuProcess(7, "amd:0"))), Is.EqualTo(Id));

        Begin(7, 200, $"0::/docker/{Other}");

        Assert.That(ContainerOf(Attribute(1, new GpuProcess(7, "amd:0"))), Is.EqualTo(Other));
    }

    [Test]
    public void A_known_processs_cgroup_is_read_again_after_two_minutes_and_not_before()
    {
        Begin(7, 100, $"0::/docker/{Id}");
        Attribute(0, new GpuProcess(7, "amd:0"));
        Begin(7, 100, $"0::/docker/{Other}");

        Assert.That(ContainerOf(Attribute(119, new GpuProcess(7, "amd:0"))), Is.EqualTo(Id));
        Assert.That(ContainerOf(Attribute(120, new GpuProcess(7, "amd:0"))), Is.EqualTo(Other));
    }

    [Test]
    public void A_process_that_has_gone_meanwhile_is_absent()
    {
        Begin(7, 100, $"0::/docker/{Id}");
        Temporary.Write("proc/8/stat", Stat(8, 100));

        var use = Attribute(0, new GpuProcess(7, "amd:0"), new GpuProcess(8, "amd:0"), new GpuProcess(9, "amd:0"));

        Assert.That((use.Processes.Length, use.Problems.Length), Is.EqualTo((1, 0)));
    }

    [TestCase("a) R 1 2 (b\u001b[31m", "0::/docker/x\0y")]
    [TestCase(")))", "no line at all")]
    [TestCase("", "")]
    public void What_a_process_calls_itself_and_its_cgroups_is_only_text(string name, string cgroups)
    {
        Begin(7, 100, cgroups, name);

        var process = Attribute(0, new GpuProcess(7, "amd:0")).Processes.Single();

        Assert.That((process.Process.StartTime, process.Name, process.Container), Is.EqualTo((100L, name, (ContainerIdentity?)null)));
    }

    [Test]
    public void Several_processes_are_added_up_and_never_to_more_than_the_whole()
    {
        Begin(7, 100, $"0::/docker/{Id}");
        Begin(8, 100, $"0::/docker/{Id}");

        var unit = Attribute(0, new GpuProcess(7, "amd:0") { MemoryBytes = 10, UtilizationRatio = 0.75 }, new GpuProcess(8, "amd:0") { MemoryBytes = 5, UtilizationRatio = 0.75 }).Containers.Single().Units.Single();

        Assert.That((unit.MemoryUsedBytes, unit.UtilizationRatio, unit.BusySeconds, unit.ProcessCount), Is.EqualTo(((long?)15, (double?)1, (double?)null, 2)));
    }

    [Test]
    public void Memory_of_which_one_process_does_not_tell_is_not_known()
    {
        Begin(7, 100, $"0::/docker/{Id}");
        Begin(8, 100, $"0::/docker/{Id}");

        Assert.That(Attribute(0, new GpuProcess(7, "amd:0") { MemoryBytes = 10 }, new GpuProcess(8, "amd:0")).Containers.Single().Units.Single().MemoryUsedBytes, Is.Null);
    }

    [Test]
    public void Busy_time_stays_when_a_process_ends_and_goes_on_with_the_next()
    {
        Begin(7, 100, $"0::/docker/{Id}");
        Begin(8, 100, $"0::/docker/{Id}");
        GpuProcess idle = new(8, "amd:0") { BusySeconds = 0 };
        Assert.That(BusyOf(Attribute(0, new GpuProcess(7, "amd:0") { BusySeconds = 5 }, idle)), Is.EqualTo(5));
        Assert.That(BusyOf(Attribute(1, new GpuProcess(7, "amd:0") { BusySeconds = 7 }, idle)), Is.EqualTo(7));

        Directory.Delete(Temporary.Combine("proc/7"), recursive: true);
        Assert.That(BusyOf(Attribute(2, idle)), Is.EqualTo(7));
        Begin(7, 300, $"0::/docker/{Id}");
        Assert.That(BusyOf(Attribute(3, new GpuProcess(7, "amd:0") { BusySeconds = 1 }, idle)), Is.EqualTo(8));
    }

    [Test]
    public void Busy_time_of_a_process_that_cannot_be_read_for_hours_is_not_forgotten()
    {
        Begin(7, 100, $"0::/docker/{Id}");
        GpuProcess unread = new(7, "amd:0") { BusySeconds = 5 };
        for (var second = 0; second <= 7200; second++)
            Attribute(second, unread);

        Assert.That(BusyOf(Attribute(7201, unread with { BusySeconds = 6 })), Is.EqualTo(6));
    }

    [Test]
    public void A_container_that_is_neither_in_the_ledger_nor_has_a_process_is_gone()
    {
        Begin(7, 100, $"0::/docker/{Id}");
        Attribute(0, new GpuProcess(7, "amd:0"));

        Assert.That(Attribute(1).Containers, Is.Empty);
    }

    [Test]
    public void What_the_ledger_granted_is_listed_with_its_limit_though_nobody_uses_it()
    {
        Grant(Id, "/b", ProcessStat.Self, new HeldMemory(1024, 1024, Core.Configuration.LimitTier.Watchdog));

        var container = Attribute(0).Containers.Single();
        var unit = container.Units.Single();

        Assert.That((container.Container.Id, container.Mode, container.Since is null), Is.EqualTo((Id, (SharingMode?)SharingMode.Exclusive, false)));
        Assert.That((unit.IsGranted, unit.MemoryLimit?.LimitBytes, unit.MemoryUsedBytes, unit.UtilizationRatio, unit.ProcessCount), Is.EqualTo((true, (long?)1024, (long?)0, (double?)null, 0)));
    }

    [Test]
    public void What_is_used_of_a_GPU_is_not_known_where_not_every_process_could_be_looked_at()
    {
        Grant(Id, "/b", ProcessStat.Self, null);
        Begin(7, 100, $"0::/docker/{Id}");
        var use = new GpuProcess(7, "amd:0") { MemoryBytes = 10, UtilizationRatio = 0.5 };
        var told = new[] { Attribute([], 0, use), Attribute(["amd:0"], 1, use), Attribute(["amd:1"], 2, use) }
            .Select(static attributed => attributed.Containers.Single().Units.Single())
            .Select(static unit => (unit.IsGranted, unit.MemoryUsedBytes, unit.UtilizationRatio, unit.ProcessCount));

        Assert.That(told, Is.EqualTo(((bool, long?, double?, int?)[])[(true, 10, 0.5, 1), (true, null, null, null), (true, 10, 0.5, 1)]));
    }

    [Test]
    public void The_bundle_tells_the_names_of_a_granted_container()
    {
        var bundle = Temporary.MakeDirectory("io.containerd.runtime.v2.task/k8s.io/x");
        Temporary.Write("io.containerd.runtime.v2.task/k8s.io/x/config.json", """{"annotations": {"io.kubernetes.cri.sandbox-name": "job-0", "io.kubernetes.cri.sandbox-namespace": "team", "io.kubernetes.cri.container-name": "trainer"}}""");
        Grant(Id, bundle, ProcessStat.Self, null);
        Begin(7, 100, $"0::/kubepods/pod8f3c2b1a-0d9e-4c7b-a6f5-e4d3c2b1a098/{Id}");

        var container = Attribute(0, new GpuProcess(7, "amd:0")).Containers.Single().Container;

        Assert.That(container, Is.EqualTo(new ContainerIdentity(Id, "containerd") { Pod = "job-0", PodNamespace = "team", PodContainer = "trainer", PodUid = "8f3c2b1a-0d9e-4c7b-a6f5-e4d3c2b1a098" }));
    }

    [Test]
    public void A_cgroup_that_a_container_has_made_itself_charges_nothing_to_the_one_whose_name_it_has()
    {
        GrantInCgroup(Id, "/docker/" + Id);
        GrantInCgroup(Other, "/docker/" + Other);
        Begin(7, 100, $"0::/docker/{Id}/docker/{Other}");
        Begin(8, 100, $"0::/docker/{Other}/init");

        var use = Attribute(0, new GpuProcess(7, "amd:0") { MemoryBytes = 10 }, new GpuProcess(8, "amd:0") { MemoryBytes = 1 });

        Assert.That(use.Processes.Select(process => process.Container?.Id), Is.EqualTo((string[])[Id, Other]));
        Assert.That(use.Containers.ToDictionary(container => container.Container.Id, container => container.Units.Single().MemoryUsedBytes), Is.EqualTo(new Dictionary<string, long?> { [Id] = 10, [Other] = 1 }));
    }

    [TestCase("/mine/web/docker/" + Other, "web")]
    [TestCase("/mine/web/system.slice/docker-" + Other + ".scope", "web")]
    [TestCase("/mine/web/a\r0::/docker/" + Other, "web")]
    [TestCase("/docker/" + Id + "/docker/" + Other, Id)]
    [TestCase("/docker/" + Id + "/a\r0::/docker/" + Other, Id)]
    [TestCase("/docker/" + Other + "/below", Other)]
    public void What_its_runtime_wrote_down_goes_before_the_name_of_a_cgroup_that_a_container_has_made_itself(string path, string container)
    {
        GrantInCgroup("web", "/mine/web");
        GrantInCgroup(Other, "/docker/" + Other);
        Begin(7, 100, "0::" + path);

        Assert.That(ContainerOf(Attribute(0, new GpuProcess(7, "amd:0"))), Is.EqualTo(container));
    }

    [Test]
    public void A_name_of_a_container_that_nobody_knows_hides_no_granted_one()
    {
        GrantInCgroup("web", "/mine/web");
        Begin(7, 100, $"0::/mine/web/docker/{Other}");

        Assert.That(ContainerOf(Attribute(0, new GpuProcess(7, "amd:0"))), Is.EqualTo("web"));
    }

    [TestCase("/mine/web")]
    [TestCase("/mine/web/below")]
    [TestCase("/../../mine/web")]
    public void A_container_whose_path_tells_nothing_is_found_by_what_its_runtime_wrote_down(string path)
    {
        GrantInCgroup("web", "/mine/web");
        Begin(7, 100, $"4:devices:{path}\n0::/");
        Begin(8, 100, "4:devices:/mine/webber\n0::/");

        Assert.That(Attribute(0, new GpuProcess(7, "amd:0"), new GpuProcess(8, "amd:0")).Processes.Select(process => process.Container?.Id), Is.EqualTo((string?[])["web", null]));
    }

    private static string? ContainerOf(AttributedUse use) => use.Processes.Single().Container?.Id;

    private static double? BusyOf(AttributedUse use) => use.Containers.Single().Units.Single().BusySeconds;

    private static string Stat(int pid, long start, string name = "x") => $"{pid} ({name}) S 1 {string.Join(' ', Enumerable.Repeat("0", 17))} {start} 0\n";

    private AttributedUse Attribute(double seconds, params ImmutableArray<GpuProcess> processes) => Attribute([], seconds, processes);

    private AttributedUse Attribute(ImmutableHashSet<string> unknown, double seconds, params ImmutableArray<GpuProcess> processes) =>
        _attribution!.Attribute(processes, unknown, Units, TimeSpan.FromSeconds(seconds));

    private void Begin(int pid, long start, string cgroups, string name = "x")
    {
        Temporary.Write($"proc/{pid}/stat", Stat(pid, start, name));
        Temporary.Write($"proc/{pid}/comm", name + "\n");
        Temporary.Write($"proc/{pid}/cgroup", cgroups + "\n");
    }

    private void Grant(string id, string bundle, ProcessIdentity process, HeldMemory? limit, string? root = null)
    {
        var ledger = new AllocationLedger(Temporary.Combine("state"));
        var owner = root is null ? AllocationOwner.OfHook(id, bundle) : AllocationOwner.OfRuntime(id, root, "runc");
        ledger.Reserve(owner, bundle, process, _ => new Allocation([Gpu], [])
        {
            Mode = SharingMode.Exclusive,
            Units = [new AllocatedUnit("0000:03:00.0", "amd:0", Gpu.PciAddress) { Memory = limit }],
        });
    }

    // As runc writes it down, with this test's process for the container's first.
    private void GrantInCgroup(string id, string cgroup)
    {
        var self = ProcessStat.Self;
        Temporary.Write($"runc/{id}/state.json", string.Create(CultureInfo.InvariantCulture, $$$"""{"id": "{{{id}}}", "init_process_pid": {{{self.Pid}}}, "init_process_start": {{{self.StartTime}}}, "cgroup_paths": {"devices": "/sys/fs/cgroup/devices{{{cgroup}}}"}}"""));
        Grant(id, "/b", self, null, Temporary.Combine("runc"));
    }
}
